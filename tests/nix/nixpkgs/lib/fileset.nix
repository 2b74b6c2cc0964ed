# Sets of files, here as lists of paths, which must be there, each without some others.
{ lib }:
let
  partsOf =
    set:
    if !builtins.isPath set then
      set
    else if builtins.pathExists set then
      [
        {
          path = toString set;
          without = [ ];
        }
      ]
    else
      throw "lib.fileset: ${toString set} does not exist.";

  isIn = path: folder: path == folder || lib.hasPrefix "${folder}/" path;
in
{
  unions = lib.concatMap partsOf;

  difference =
    positive: negative:
    map (part: part // { without = part.without ++ map (other: other.path) (partsOf negative); }) (
      partsOf positive
    );

  toSource =
    { root, fileset }:
    let
      parts = partsOf fileset;
      isInside = path: lib.any (part: isIn path part.path && !lib.any (isIn path) part.without) parts;
      isAbove = path: lib.any (part: lib.hasPrefix "${path}/" part.path) parts;
    in
    builtins.path {
      path = root;
      name = "source";
      filter = path: type: isInside path || type == "directory" && isAbove path;
    };
}
