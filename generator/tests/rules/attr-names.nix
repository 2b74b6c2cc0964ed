let
  users = { alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E"; bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8"; };
  names = builtins.attrNames users;
in
{
  "names.age".publicKeys = map (name: users.${name}) names;
  "one.age".publicKeys = [ (builtins.getAttr (builtins.head names) users) ];
  "rest.age".publicKeys = map (name: users.${name}) (builtins.tail names);
}
