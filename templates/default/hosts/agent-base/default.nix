# The disk image that the machines of all agents start from.
{ inputs, ... }:
{
  imports = [
    inputs.agent-vms.nixosModules.agent-image
    inputs.home-manager.nixosModules.default
    ../common/optional/agent-base.nix
    ../../modules/users/alice.nix # Admin user
    ../../modules/users/aria.nix
  ];

  networking.hostName = "agent-base";

  home-manager.users = {
    aria = ../../home-manager/aria/agent.nix;
  };

  system.stateVersion = "26.05";
}
