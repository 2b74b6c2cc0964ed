let
  rule = { keys, armor ? false, ... }@args: { publicKeys = keys ++ (args.more or [ ]); inherit armor; };
  alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E";
in
{
  "a.age" = rule { keys = [ alice ]; };
  "b.age" = rule { keys = [ alice ]; armor = true; };
  "c.age" = rule { keys = [ alice ]; more = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8" ]; };
}
