let
  alice = builtins.readFile ./keys/alice.pub;
in
{
  "a.age".publicKeys = [ alice (builtins.readFile keys/bob.pub) ];
}
