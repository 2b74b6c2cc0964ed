{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      lib = nixpkgs.lib.extend (final: _: { own = import ./lib { inherit inputs; lib = final; }; });
    in
    {
      inherit lib;
      nixosConfigurations = {
        tower = lib.own.mkHost "tower" [ ./desktop.nix ];
        laptop = lib.own.mkHost "laptop" [ ./desktop.nix ];
      };
    };
}
