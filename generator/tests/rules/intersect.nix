let
  users = { alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E"; bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8"; carol = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIg2cCu1XSPGcXBf1mTwj/1SXulGrRZmeFliZ7BP1Xn0E"; };
  some = { alice = null; carol = null; };
in
{
  "a.age".publicKeys = builtins.attrValues (builtins.intersectAttrs some users);
  "b.age".publicKeys = builtins.attrValues (removeAttrs users (builtins.attrNames some));
}
