let
  keys = builtins.seq alice (builtins.trace "evaluating keys" [ alice ]);
  alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E";
in
{
  "a.age".publicKeys = builtins.deepSeq keys keys;
}
