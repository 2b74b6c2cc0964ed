let
  keys = keys ++ [ "x" ];
in
{
  "a.age".publicKeys = keys;
}
