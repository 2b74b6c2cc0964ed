{
  outputs =
    { self, nixpkgs, ... }@inputs:
    with nixpkgs.lib;
    {
      nixosConfigurations = {
        tower = nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/tower ];
        };
      };
    };
}
