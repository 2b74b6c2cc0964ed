{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/tower ];
        };
      };
    in
    {
      inherit nixosConfigurations;
      checks = { };
    };
}
