let
  keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
in
{
  "b.age".publicKeys = keys;
  "a.age".publicKeys = keys;
  "B.age".publicKeys = keys;
  "a/a.age".publicKeys = keys;
  "a-a.age".publicKeys = keys;
  "_.age".publicKeys = keys;
  "é.age".publicKeys = keys;
}
