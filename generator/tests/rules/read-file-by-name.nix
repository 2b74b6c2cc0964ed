let
  key = name: builtins.readFile (./keys + "/${name}.pub");
in
{
  "a.age".publicKeys = map key [ "alice" "bob" ];
  "b.age".publicKeys = [ (builtins.readFile ./keys/${"alice"}.pub) ];
}
