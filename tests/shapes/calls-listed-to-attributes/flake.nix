{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkSystem = name: {
        inherit name;
        value = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        };
      };
    in
    {
      nixosConfigurations = builtins.listToAttrs [
        (mkSystem "tower")
        (mkSystem "laptop")
      ];
    };
}
