let
  admins = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
  for = hosts: { publicKeys = admins ++ hosts; };
  web = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8";
in
{
  "a.age" = for [ web ];
  "b.age" = for [ ];
  "c.age" = (keys: { publicKeys = keys; }) admins;
}
