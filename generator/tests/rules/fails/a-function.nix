{ lib }:
{
  "a.age".publicKeys = [ "x" ];
}
