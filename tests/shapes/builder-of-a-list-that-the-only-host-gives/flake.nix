{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkSystem =
        modules:
        nixpkgs.lib.nixosSystem {
          modules = modules ++ [ ./overlays ];
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = {
        fen = mkSystem [ ./hosts/badger ];
      };
    };
}
