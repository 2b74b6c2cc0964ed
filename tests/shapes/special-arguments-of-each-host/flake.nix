{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      packages = settings: import nixpkgs settings;
      towerPackages = packages { config.allowUnfree = true; };
      laptopPackages = packages { config.allowUnfree = false; };
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          specialArgs = {
            inherit inputs;
            pkgs = towerPackages;
          };
          modules = [ ./hosts/tower ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          specialArgs = {
            inherit inputs;
            pkgs = laptopPackages;
          };
          modules = [ ./hosts/laptop ];
        };
      };
    };
}
