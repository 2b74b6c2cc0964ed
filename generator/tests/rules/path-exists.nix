let
  admins = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
  hostKey = name:
    let file = ./hosts + "/${name}/host.pub"; in
    if builtins.pathExists file then [ (builtins.readFile file) ] else [ ];
in
{
  "db.age".publicKeys = admins ++ hostKey "db";
  "ghost.age".publicKeys = admins ++ hostKey "ghost";
}
