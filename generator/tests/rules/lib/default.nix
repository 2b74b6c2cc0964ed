let
  keys = import ./keys.nix;
in
{
  everyone = builtins.attrValues keys.users;
}
