let
  keys = import lib/keys.nix;
in
{
  "a.age".publicKeys = [ keys.users.alice keys.systems.web ];
}
