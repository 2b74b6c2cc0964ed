# Who can read what.
/* Keys
   of people * and / machines */
let
  alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E"; # alice@laptop
  # bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8";
in
{
  # mail
  "a.age".publicKeys = [ alice /* and nobody else */ ];
} # end
