let
  publicKeys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
  armor = true;
in
{
  "a.age" = { inherit publicKeys; };
  "b.age" = { inherit publicKeys armor; };
}
