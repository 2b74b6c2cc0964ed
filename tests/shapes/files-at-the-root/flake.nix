{
  outputs =
    {
      self,
      nixpkgs,
      disko,
      ...
    }@inputs:
    let
      common = [ disko.nixosModules.disko ];
    in
    {
      nixosConfigurations = {
        north = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = common ++ [
            ./north.nix
            ./modules/laptop.nix
          ];
        };
        south = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = common ++ [
            ./south.nix
            ./modules/laptop.nix
            ./modules/games.nix
          ];
        };
      };
    };
}
