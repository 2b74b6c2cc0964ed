{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit self name; };
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [ "tower" "laptop" ] mkHost;
    };
}
