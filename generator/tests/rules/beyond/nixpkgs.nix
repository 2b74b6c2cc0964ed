let
  lib = import <nixpkgs/lib>;
in
{
  "a.age".publicKeys = lib.attrValues { alice = "x"; };
}
