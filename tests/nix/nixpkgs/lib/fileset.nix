# Sets of files, here as lists of paths, which must be there.
{ lib }:
let
  existing =
    path:
    if builtins.pathExists path then path else throw "lib.fileset: ${toString path} does not exist.";
in
{
  unions = sets: map existing (lib.flatten sets);

  toSource =
    { root, fileset }:
    let
      paths = map toString (lib.flatten fileset);
      inside = path: lib.any (p: p == path || lib.hasPrefix "${p}/" path) paths;
      above = path: lib.any (lib.hasPrefix "${path}/") paths;
    in
    builtins.path {
      path = root;
      name = "source";
      filter = path: type: inside path || type == "directory" && above path;
    };
}
