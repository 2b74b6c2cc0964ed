{
  outputs = { self, nixpkgs, ... }@inputs: {
    nixosConfigurations = let
      inherit (nixpkgs.lib) nixosSystem;
      specialArgs = { inherit inputs; };
    in {
      tower = nixosSystem {
        inherit specialArgs;
        system = "x86_64-linux";
        modules = [ ./hosts/tower ];
      };
      laptop = nixosSystem {
        inherit specialArgs;
        system = "x86_64-linux";
        modules = [ ./hosts/laptop ];
      };
    };
  };
}
