let
  production = true;
  alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E";
  bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8";
in
{
  "a.age".publicKeys = if production then [ alice ] else [ alice bob ];
  "b.age".publicKeys = [ (if !production || 1 > 2 then alice else bob) ];
}
