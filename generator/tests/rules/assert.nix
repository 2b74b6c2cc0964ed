let
  keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
in
assert builtins.length keys > 0;
assert builtins.isList keys -> builtins.all builtins.isString keys;
{
  "a.age".publicKeys = assert keys != [ ]; keys;
}
