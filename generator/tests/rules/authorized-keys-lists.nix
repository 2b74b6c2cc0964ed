let
  systems.web = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8" "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIr6OCr9kC3sHhULrXVoU6r3sj8xNFMqgw1CdtOM7+xu4" ];
  systems.db = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAImZQk9s0Wi1zb1Dj6TB9Yp8NiXYMyJ8CPx30oMYJoqA4" ];
  users.alice = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
  allUsers = builtins.concatLists (builtins.attrValues users);
  allSystems = builtins.concatLists (builtins.attrValues systems);
in
{
  "a.age".publicKeys = allUsers ++ allSystems;
  "b.age".publicKeys = users.alice ++ systems.web;
}
