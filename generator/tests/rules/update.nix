let
  admins = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
  common = { "a.age".publicKeys = admins; "b.age".publicKeys = admins; };
  hosts = { "b.age".publicKeys = admins ++ [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8" ]; };
in
common // hosts // { "c.age" = { publicKeys = [ ]; } // { publicKeys = admins; }; }
