{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        shadowed = nixpkgs.lib.nixosSystem { modules = [ ]; };
      };
    }
    // {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/tower ];
        };
      };
    };
}
