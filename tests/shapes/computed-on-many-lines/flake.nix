{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [ "tower" "laptop" ] (
        name:
        nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${name}
            { home-manager.sharedModules = [ ./homes/${name}.nix ]; }
          ];
        }
      );
    };
}
