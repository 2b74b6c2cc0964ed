{
  inputs,
  lib,
  vars,
  system,
  ...
}:
let
  name = "laptop";
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
