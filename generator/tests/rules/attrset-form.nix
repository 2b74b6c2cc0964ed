let
  alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E";
in
{
  "a.age" = { publicKeys = [ alice ]; };
  "b.age" = {
    publicKeys = [ alice ];
    armor = true;
  };
}
