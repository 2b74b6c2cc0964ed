{
  outputs =
    {
      nixpkgs,
      agenix,
      agenix-rekey,
      ...
    }@inputs:
    {
      nixosConfigurations = {
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            agenix.nixosModules.default
            agenix-rekey.nixosModules.default
            ./modules/rekey.nix
            ./hosts/laptop.nix
          ];
        };

        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            agenix.nixosModules.default
            agenix-rekey.nixosModules.default
            ./modules/rekey.nix
            ./hosts/tower.nix
          ];
        };
      };
    };
}
