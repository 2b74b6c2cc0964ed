{ inputs, ... }: {
    home-manager.users.luce = ../../home-manager/luce/agent.nix; # first
    home-manager.users.vesta = ../../home-manager/vesta/agent.nix;
    networking.hostName     = "agent-base";

    imports = [ ./qcow.nix
                ../../modules/users/luce.nix # the light
                ../../modules/users/vesta.nix
              ];
}
