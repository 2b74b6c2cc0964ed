let
  optional = value: let tried = builtins.tryEval value; in if tried.success then [ tried.value ] else [ ];
in
{
  "a.age".publicKeys = optional "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ++ optional (throw "no key yet");
}
