{
  inputs,
  lib,
  vars,
  system,
  ...
}:
let
  name = "tower";
in
{
  nixosConfigurations = {
    "${name}" = lib.nixosSystem {
      inherit system;
      specialArgs = { inherit inputs vars; };
      modules = [ ../../../hosts/${name} ];
    };
  };
}
