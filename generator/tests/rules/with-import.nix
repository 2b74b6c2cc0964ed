with import ./lib/keys.nix;
{
  "a.age".publicKeys = [ users.alice ] ++ builtins.attrValues systems;
}
