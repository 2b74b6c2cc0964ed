{ inputs, ... }:
{
  imports = [
    ../common/optional/agent-base.nix
    ../../modules/users/luce.nix
    ../../modules/users/ncrmro.nix # Admin user
    inputs.home-manager.nixosModules.default
    inputs.agenix.nixosModules.default
  ];

  networking.hostName = "agent-luce";

  agent.vm = {
    sshPort = 2224;
    spicePort = 5901;
    macAddress = "52:54:00:ba:12:c1";
    memoryGiB = 4;
    vcpus = 2;
  };

  services.displayManager.autoLogin = {
    enable = true;
    user = "luce";
  };

  age.secrets.stalwart-mail-luce-password = {
    file = ../../secrets/stalwart-mail-luce-password.age;
    owner = "luce";
    mode = "0400";
  };

  home-manager.users.luce = {
    imports = [
      ../../home-manager/luce/agent.nix
      ../../home-manager/luce/himalaya.nix
    ];
  };

  system.stateVersion = "24.05";
}
