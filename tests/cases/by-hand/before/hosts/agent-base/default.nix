{ inputs, ... }: {
    home-manager.users.luce = ../../home-manager/luce/agent.nix; # first
    networking.hostName     = "agent-base";

    imports = [ ./qcow.nix
                ../../modules/users/luce.nix # the light
              ];
}
