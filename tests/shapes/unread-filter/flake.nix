{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = nixpkgs.lib.filterAttrs inputs.fleet.keeps {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/tower ];
        };
      };
    };
}
