let
  keys = rec {
    alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E";
    bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8";
    admins = [ alice bob ];
    all = admins ++ [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8" ];
  };
in
{
  "a.age".publicKeys = keys.admins;
  "b.age".publicKeys = keys.all;
}
