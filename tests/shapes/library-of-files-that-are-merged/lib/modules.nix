{ self, lib, ... }:
let
  inherit (lib) hasPrefix hasSuffix nameValuePair removeSuffix;
  inherit (self.sets) mapFilterAttrs;
in
{
  mapModules =
    folder: f:
    mapFilterAttrs (name: value: value != null && !(hasPrefix "_" name)) (
      name: type:
      let
        path = "${toString folder}/${name}";
      in
      if type == "directory" && builtins.pathExists "${path}/default.nix" then
        nameValuePair name (f path)
      else if type == "regular" && name != "default.nix" && hasSuffix ".nix" name then
        nameValuePair (removeSuffix ".nix" name) (f path)
      else
        nameValuePair "" null
    ) (builtins.readDir folder);
}
