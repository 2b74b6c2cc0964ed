rec {
  "a.age".publicKeys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ];
  "b.age".publicKeys = c.publicKeys ++ [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8" ];
  c.publicKeys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIg2cCu1XSPGcXBf1mTwj/1SXulGrRZmeFliZ7BP1Xn0E" ];
}
