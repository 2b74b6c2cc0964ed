let
  users = {
    alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E";
    bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8";
  };
  systems = {
    web = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8";
    db = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAImZQk9s0Wi1zb1Dj6TB9Yp8NiXYMyJ8CPx30oMYJoqA4";
  };
  admins = [ users.alice users.bob ];
in
{
  "web.age".publicKeys = admins ++ [ systems.web ];
  "db.age".publicKeys = admins ++ [ systems.db ];
  "both.age".publicKeys = admins ++ [ systems.web systems.db ];
}
