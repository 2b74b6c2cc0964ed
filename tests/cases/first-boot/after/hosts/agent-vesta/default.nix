{ inputs, ... }:
{
  imports = [
    ../common/optional/agent-base.nix
    ../../modules/users/vesta.nix
    ../../modules/users/ncrmro.nix # Admin user
    inputs.home-manager.nixosModules.default
    inputs.agenix.nixosModules.default
  ];

  networking.hostName = "agent-vesta";

  agent.vm = {
    sshPort = 3000;
    spicePort = 4000;
    macAddress = "52:54:00:5a:30:d0";
    memoryGiB = 16;
    vcpus = 8;
  };

  services.displayManager.autoLogin = {
    enable = true;
    user = "vesta";
  };

  age.secrets.stalwart-mail-vesta-password = {
    file = ../../secrets/stalwart-mail-vesta-password.age;
    owner = "vesta";
    mode = "0400";
  };

  home-manager.users.vesta = {
    imports = [
      ../../home-manager/vesta/agent.nix
      ../../home-manager/vesta/himalaya.nix
    ];
  };

  system.stateVersion = "26.05";
}
