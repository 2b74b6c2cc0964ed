{ inputs, ... }:
{
  imports = [
    ./qcow.nix
    ../common/optional/agent-base.nix
    inputs.home-manager.nixosModules.default
    ../../modules/users/ncrmro.nix # Admin user
    ../../modules/users/luce.nix
  ];

  networking.hostName = "agent-base";

  home-manager.users = {
    luce = ../../home-manager/luce/agent.nix;
  };

  system.stateVersion = "26.05";
}
