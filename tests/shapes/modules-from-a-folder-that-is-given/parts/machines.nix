{ inputs, lib, ... }:
let
  mkHost =
    {
      name,
      system,
      modules ? [ ],
    }:
    {
      ${name} = inputs.nixpkgs.lib.nixosSystem {
        inherit system;
        modules = [ ../machines/${name} ] ++ modules;
        specialArgs = { inherit inputs; };
      };
    };
in
{
  flake.nixosConfigurations = lib.mkMerge [
    (mkHost {
      name = "tower";
      system = "x86_64-linux";
    })
  ];
}
