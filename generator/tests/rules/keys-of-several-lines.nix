{
  "a.age".publicKeys = [ (builtins.readFile ./keys/team.pub) ];
  "b.age".publicKeys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E\n" "  ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8  " ];
}
