{ lib }:
with lib;
let
  filesIn =
    {
      folder,
      all ? false,
    }:
    let
      entries = builtins.readDir folder;
      isOne =
        name:
        entries.${name} == "regular"
        && (all || name != "default.nix")
        && builtins.match ".*\\.nix" name != null;
    in
    builtins.sort builtins.lessThan (builtins.filter isOne (builtins.attrNames entries));
  stems = map (file: builtins.substring 0 (builtins.stringLength file - 4) file);
in
{
  each =
    folder: platforms: make:
    let
      ofPlatform =
        system:
        let
          names = stems (filesIn {
            folder = folder + "/${system}";
          });
        in
        genAttrs names (
          name:
          make {
            inherit system;
            module = folder + "/${system}/${name}.nix";
          }
        );
    in
    mergeAttrsList (map ofPlatform platforms);
}
