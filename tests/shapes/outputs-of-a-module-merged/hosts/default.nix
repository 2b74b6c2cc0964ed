{ inputs, lib, ... }:
let
  mkHost =
    {
      name,
      modules ? [ ],
    }:
    {
      nixosConfigurations.${name} = inputs.nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = { inherit inputs; };
        modules = [ ./${name} ] ++ modules;
      };
    };
in
{
  flake = lib.mkMerge [
    (mkHost { name = "laptop"; })
    (mkHost {
      name = "tower";
      modules = [ { networking.useDHCP = true; } ];
    })
  ];
}
