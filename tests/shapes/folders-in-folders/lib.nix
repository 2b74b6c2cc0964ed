{ lib }:
let
  below =
    { call, folder }@arguments:
    lib.concatMapAttrs (
      name: type:
      let
        path = folder + "/${name}";
      in
      if type == "directory" then
        { ${name} = tree (arguments // { folder = path; }); }
      else if lib.hasSuffix ".nix" name then
        { ${lib.removeSuffix ".nix" name} = call path; }
      else
        { }
    ) (builtins.readDir folder);
  tree =
    { call, folder }@arguments:
    let
      file = folder + "/default.nix";
    in
    if builtins.pathExists file then call file else below arguments;
in
{
  inherit tree;
}
