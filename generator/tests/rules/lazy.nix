# What fails here is never asked for.
let
  keys = { alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E"; broken = throw "never"; endless = keys.endless; };
in
{
  "a.age" = { publicKeys = [ keys.alice ]; description = throw "agenix never looks at this"; };
  "b.age".publicKeys = builtins.attrValues { inherit (keys) alice; };
}
