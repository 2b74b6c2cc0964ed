{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      machines = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/tower ];
        };
      };
    in
    {
      nixosConfigurations = machines;
    };
}
