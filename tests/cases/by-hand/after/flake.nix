# Our machines. nixosConfigurations = { decoy = 1; };
{
  inputs.nixpkgs.url   = "github:NixOS/nixpkgs/nixos-26.05";
  inputs.agenix.url    = "github:ryantm/agenix";

  outputs = inputs @ { self, nixpkgs, ... }: let
    lib = nixpkgs.lib;
    # Not the one: its hosts are somebody else's.
    other = { nixosConfigurations = { agent-x = 1; }; };
  in {
    packages = { };

    # The agents.
    nixosConfigurations.agent-base = lib.nixosSystem { modules = [ ./hosts/agent-base ]; };
    nixosConfigurations."agent-luce" = lib.nixosSystem { # the first
      system = "x86_64-linux";
      modules = [ ./hosts/agent-luce ];
      specialArgs = { inherit inputs self; outputs = self; };
    }; # light
    nixosConfigurations.agent-vesta = lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ./hosts/agent-vesta ];
      specialArgs = {
        inherit inputs self;
        outputs = self;
      };
    };

    formatter   = { };
  };
}
