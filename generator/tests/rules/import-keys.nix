let
  keys = import ./lib/keys.nix;
in
{
  "a.age".publicKeys = [ keys.users.alice ];
  "b.age".publicKeys = builtins.attrValues keys.users;
}
