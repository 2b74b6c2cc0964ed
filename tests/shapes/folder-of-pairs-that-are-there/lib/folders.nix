{ lib }:
let
  mapSome = f: set: lib.filterAttrs (_: value: value != null) (lib.mapAttrs' f set);
in
{
  mapNix =
    folder: f:
    lib.pipe folder [
      builtins.readDir
      (mapSome (
        name: type:
        if type == "regular" && lib.hasSuffix ".nix" name then
          lib.nameValuePair (lib.removeSuffix ".nix" name) (f "${toString folder}/${name}")
        else if type == "directory" && builtins.pathExists "${toString folder}/${name}/default.nix" then
          lib.nameValuePair name (f "${toString folder}/${name}")
        else
          lib.nameValuePair "" null
      ))
    ];
}
