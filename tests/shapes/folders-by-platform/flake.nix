{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      names = folder: builtins.attrNames (builtins.readDir folder);
    in
    {
      nixosConfigurations = builtins.listToAttrs (
        builtins.concatMap (
          system:
          map (name: {
            inherit name;
            value = nixpkgs.lib.nixosSystem {
              inherit system;
              modules = [ ./machines/${system}/${name} ];
              specialArgs = { inherit inputs; };
            };
          }) (names ./machines/${system})
        ) (names ./machines)
      );
    };
}
