{
  outputs =
    { nixpkgs, fleet, ... }@inputs:
    {
      nixosConfigurations = nixpkgs.lib.filterAttrs fleet.keeps {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/tower ];
        };
      };
    };
}
