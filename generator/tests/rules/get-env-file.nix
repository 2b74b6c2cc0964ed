let
  admins = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
  web = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8";
  file = builtins.getEnv "FILE";
  isWeb = builtins.substring 0 4 file == "web/";
in
{
  "web/a.age".publicKeys = admins ++ (if isWeb then [ web ] else [ ]);
  "db/a.age".publicKeys = admins ++ (if isWeb then [ web ] else [ ]);
}
