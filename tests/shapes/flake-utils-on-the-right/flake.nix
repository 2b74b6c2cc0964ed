{
  outputs = { self, nixpkgs, flake-utils, ... }@inputs: {
    nixosConfigurations = {
      tower = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [ ./hosts/tower ];
        specialArgs = { inherit inputs; };
      };
    };
  } // flake-utils.lib.eachSystem [ "x86_64-linux" ] (system: {
    packages.default = nixpkgs.legacyPackages.${system}.hello;
  });
}
