{
  outputs =
    inputs@{ nixpkgs, ... }:
    let
      mkHost =
        { name, owner }:
        {
          ${name} = nixpkgs.lib.nixosSystem {
            system = "x86_64-linux";
            specialArgs = { inherit inputs owner; };
            modules = [ ./hosts/${name} ];
          };
        };
    in
    {
      nixosConfigurations = builtins.foldl' (all: host: all // host) { } [
        (mkHost {
          name = "tower";
          owner = "ann";
        })
        (mkHost {
          name = "laptop";
          owner = "bob";
        })
      ];
    };
}
