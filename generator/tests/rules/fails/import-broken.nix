let
  keys = import ./syntax.nix;
in
{
  "a.age".publicKeys = keys;
}
