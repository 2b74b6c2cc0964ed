# The packages of the stand-in for nixpkgs, as far as overlays are merged over them.
{
  overlays ? [ ],
  ...
}:
let
  packages = {
    hello = { };
    lib.mergeAttrsList = builtins.foldl' (a: b: a // b) { };
  };
  final = builtins.foldl' (previous: overlay: previous // overlay final previous) packages overlays;
in
final
