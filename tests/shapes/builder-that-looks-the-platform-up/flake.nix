{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      fleet = import ./fleet.nix;

      mkHost =
        name:
        {
          system ? fleet.${name}.system,
          modules,
          extraSpecialArgs ? { },
        }:
        nixpkgs.lib.nixosSystem {
          specialArgs = {
            inherit inputs self;
          }
          // extraSpecialArgs;
          modules = [
            {
              nixpkgs.hostPlatform = system;
              networking.hostName = name;
            }
          ]
          ++ (if builtins.isList modules then modules else [ modules ]);
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" {
          modules = [ ./hosts/tower ];
        };
        laptop = mkHost "laptop" {
          modules = [ ./hosts/laptop ];
        };
        board = mkHost "board" {
          system = "aarch64-linux";
          modules = [ ./hosts/board ];
        };
      };
    };
}
