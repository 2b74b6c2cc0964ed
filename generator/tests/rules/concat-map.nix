let
  teams = {
    ops = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8" ];
    dev = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIg2cCu1XSPGcXBf1mTwj/1SXulGrRZmeFliZ7BP1Xn0E" ];
  };
in
{
  "a.age".publicKeys = builtins.concatMap (team: teams.${team}) [ "ops" "dev" ];
  "b.age".publicKeys = builtins.concatLists (builtins.attrValues teams);
}
