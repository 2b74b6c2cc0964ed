{
  outputs =
    { nixpkgs, home-manager, ... }@inputs:
    let
      homes = {
        useGlobalPkgs = true;
        extraSpecialArgs = { inherit inputs; };
      };
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./machines/tower
            ./desktop.nix
            home-manager.nixosModules.home-manager
            { home-manager = homes // { users.sam = import ./sam.nix; }; }
          ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./machines/laptop
            ./desktop.nix
            ./lid.nix
            home-manager.nixosModules.home-manager
            { home-manager = homes // { users.sam = import ./sam.nix; }; }
          ];
        };
      };
    };
}
