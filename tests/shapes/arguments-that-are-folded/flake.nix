{
  outputs =
    inputs@{ nixpkgs, ... }:
    let
      inherit (nixpkgs) lib;
      mkHost =
        {
          name,
          modules ? [ ],
        }:
        {
          ${name} = lib.nixosSystem {
            system = "x86_64-linux";
            specialArgs = { inherit inputs; };
            modules = [ ./hosts/${name} ] ++ modules;
          };
        };
    in
    {
      nixosConfigurations = lib.foldl' (all: host: lib.recursiveUpdate all (mkHost host)) { } [
        {
          name = "tower";
          modules = [ ./desktop.nix ];
        }
        { name = "laptop"; }
      ];
    };
}
