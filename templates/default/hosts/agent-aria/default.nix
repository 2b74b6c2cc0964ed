{ inputs, ... }:
{
  imports = [
    ../common/optional/agent-base.nix
    ../../modules/users/aria.nix
    ../../modules/users/alice.nix # Admin user
    inputs.home-manager.nixosModules.default
    inputs.agenix.nixosModules.default
  ];

  networking.hostName = "agent-aria";

  agent.vm = {
    sshPort = 2223;
    spicePort = 5900;
    macAddress = "52:54:00:ff:15:e6";
    memoryGiB = 4;
    vcpus = 2;
  };

  services.displayManager.autoLogin = {
    enable = true;
    user = "aria";
  };

  age.secrets.stalwart-mail-aria-password = {
    file = ../../secrets/stalwart-mail-aria-password.age;
    owner = "aria";
    mode = "0400";
  };

  home-manager.users.aria = {
    imports = [
      ../../home-manager/aria/agent.nix
      ../../home-manager/aria/himalaya.nix
    ];
  };

  system.stateVersion = "26.05";
}
