{ inputs, ... }:
{
  imports = [
    ../common/optional/agent-base.nix
    ../../modules/users/drago.nix
    ../../modules/users/ncrmro.nix # Admin user
    inputs.home-manager.nixosModules.default
    inputs.agenix.nixosModules.default
  ];

  networking.hostName = "agent-drago";

  agent.vm = {
    sshPort = 2223;
    spicePort = 5900;
    macAddress = "52:54:00:1a:72:67";
    memoryGiB = 4;
    vcpus = 2;
  };

  services.displayManager.autoLogin = {
    enable = true;
    user = "drago";
  };

  age.secrets.stalwart-mail-drago-password = {
    file = ../../secrets/stalwart-mail-drago-password.age;
    owner = "drago";
    mode = "0400";
  };

  home-manager.users.drago = {
    imports = [
      ../../home-manager/drago/agent.nix
      ../../home-manager/drago/himalaya.nix
    ];
  };

  system.stateVersion = "24.05";
}
