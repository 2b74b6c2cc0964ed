{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations =
        let
          mkSystem =
            name:
            nixpkgs.lib.nixosSystem {
              specialArgs = { inherit inputs; };
              modules = [
                ./hosts/${name}
                { home-manager.sharedModules = [ ./homes/${name}.nix ]; }
              ];
            };
        in
        nixpkgs.lib.genAttrs [
          "tower"
          "laptop"
        ] mkSystem;
    };
}
