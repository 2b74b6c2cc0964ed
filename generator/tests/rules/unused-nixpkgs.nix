# Nothing asks for lib, so Nix never looks for nixpkgs.
let
  lib = import <nixpkgs/lib>;
  pkgs = import <nixpkgs> { };
  alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E";
in
{
  "a.age".publicKeys = [ alice ];
}
