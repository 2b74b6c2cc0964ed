let
  alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E";
  host = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKFUl7FLrF9cx3xe+qAnsmoUnUk/DrP1Of10ATyXgrQY";
in
{
  "secrets/mail.age".publicKeys = [ alice host ];
  "secrets/wifi.age".publicKeys = [ alice ];
}
