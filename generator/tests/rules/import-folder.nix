let
  inherit (import ./lib) everyone;
in
{
  "a.age".publicKeys = everyone;
}
