{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          specialArgs = {
            inherit inputs self;
            settings = import ./hosts/tower/settings.nix;
          };
          modules = [ ./hosts/tower ];
        };
        attic = nixpkgs.lib.nixosSystem {
          specialArgs = {
            inherit inputs self;
            settings = import ./hosts/attic/settings.nix;
          };
          modules = [ ./hosts/attic ];
        };
      };
    };
}
