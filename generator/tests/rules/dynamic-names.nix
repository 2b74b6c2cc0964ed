let
  folder = "secrets/prod";
  host = "web";
  keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
in
{
  "${folder}/a.age".publicKeys = keys;
  "${folder}/${host}.age" = { publicKeys = keys; };
  ${folder + "/b.age"}.publicKeys = keys;
  ${if host == "web" then "only-web.age" else null}.publicKeys = keys;
  ${if host == "db" then "only-db.age" else null}.publicKeys = keys;
}
