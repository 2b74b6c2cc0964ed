{ inputs, ... }:
{
  imports = [ ../../modules/users/luce.nix ];

  networking.hostName = "agent-base";

  home-manager.users = {
    luce = ../../home-manager/luce/agent.nix;
  };

  system.stateVersion = "26.05";
}
