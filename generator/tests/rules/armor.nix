let
  keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
in
{
  "a.age" = { publicKeys = keys; armor = true; };
  "b.age" = { publicKeys = keys; armor = false; };
  "c.age".publicKeys = keys;
  "d.age".publicKeys = keys;
  "d.age".armor = true;
}
