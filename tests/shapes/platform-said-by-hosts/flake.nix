{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [
        "tower"
        "laptop"
      ] mkHost;
    };
}
