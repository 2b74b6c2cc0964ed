{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      lib = nixpkgs.lib.extend (
        final: _: {
          own = import ./lib {
            inherit inputs;
            lib = final;
          };
        }
      );
    in
    {
      nixosConfigurations = lib.own.mapHosts ./hosts { };
    };
}
