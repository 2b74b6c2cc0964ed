{
  outputs =
    { nixpkgs, ... }@inputs:
    rec {
      machines = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/tower ];
        };
      };
      nixosConfigurations = machines;
    };
}
