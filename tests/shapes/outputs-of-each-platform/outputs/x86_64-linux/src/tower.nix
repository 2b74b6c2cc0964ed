{ inputs, ... }:
let
  name = "tower";
in
{
  nixosConfigurations.${name} = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = map (path: ../../.. + "/${path}") [ "machines/system/${name}" ];
  };
}
