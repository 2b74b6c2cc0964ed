let
  keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
in
{
  "wifi".publicKeys = keys;
  "password file.txt".publicKeys = keys;
  "deep/er/than/you think.age".publicKeys = keys;
  plain.publicKeys = keys;
  "./dotted.age".publicKeys = keys;
  "Zürich.age".publicKeys = keys;
}
