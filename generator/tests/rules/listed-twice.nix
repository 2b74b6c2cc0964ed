let
  alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E";
  admins = [ alice "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8" ];
in
{
  "a.age".publicKeys = admins ++ [ alice ];
}
