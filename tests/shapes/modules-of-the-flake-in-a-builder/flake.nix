{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (self) nixosModules;
      mkHost =
        { name, profile }:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            owner = "ann";
          };
          modules = [
            ./hosts/${name}
            ./modules/${profile}.nix
            ./modules/base.nix
            ./modules/state.nix
            ./modules/vpn.nix
            nixosModules.shell
            nixosModules.people
            {
              services.greeter.enable = true;
              nixpkgs.config.allowUnfree = true;
            }
            inputs.home-manager.nixosModules.home-manager
            {
              home-manager.useGlobalPkgs = true;
              home-manager.backupFileExtension = "old";
            }
            { home-manager.users.ann = ./home.nix; }
            { }
          ];
        };
    in
    {
      nixosModules = {
        shell = ./modules/shell.nix;
        people = ./modules/people.nix;
      };
      nixosConfigurations = {
        tower = mkHost {
          name = "tower";
          profile = "desktop";
        };
        laptop = mkHost {
          name = "laptop";
          profile = "travel";
        };
      };
    };
}
