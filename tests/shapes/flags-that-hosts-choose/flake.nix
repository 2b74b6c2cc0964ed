{
  outputs =
    {
      self,
      nixpkgs,
      disko,
      garden,
      ...
    }@inputs:
    let
      serverModules = [ disko.nixosModules.disko ];
      deskModules = [
        disko.nixosModules.disko
        garden.nixosModules.default
      ];
      allUnfree = {
        nixpkgs.config.allowUnfree = true;
      };
      mkHost =
        name: modules:
        { isDesk, ... }:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs isDesk; };
          inherit modules;
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" (
          deskModules
          ++ [
            ./hosts/tower
            allUnfree
          ]
        ) { isDesk = true; };
        laptop = mkHost "laptop" (
          deskModules
          ++ [
            ./hosts/laptop
            allUnfree
          ]
        ) { isDesk = true; };
        cellar = mkHost "cellar" (
          serverModules
          ++ [
            ./hosts/cellar
            allUnfree
          ]
        ) { isDesk = false; };
      };
    };
}
