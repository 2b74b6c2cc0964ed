let
  keys = builtins.fetchurl "https://example.org/alice.keys";
in
{
  "a.age".publicKeys = [ (builtins.readFile keys) ];
}
