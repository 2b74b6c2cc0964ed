{
  outputs =
    {
      nixpkgs,
      disko,
      home-manager,
      ...
    }@inputs:
    let
      revision.system.nixos.label = "rev";
      larchModules = [
        revision
        disko.nixosModules.disko
        home-manager.nixosModules.home-manager
        ./hosts/larch
      ];
      rowanModules = [
        revision
        disko.nixosModules.disko
        home-manager.nixosModules.home-manager
        ./hosts/rowan
      ];
    in
    {
      nixosConfigurations = {
        larch = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = larchModules;
        };
        rowan = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = rowanModules;
        };
      };
    };
}
