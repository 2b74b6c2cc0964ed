{ lib, inputs }:
builtins.mapAttrs (
  name: _:
  lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [ ./${name} ];
  }
) (lib.filterAttrs (_: type: type == "directory") (builtins.readDir ./.))
