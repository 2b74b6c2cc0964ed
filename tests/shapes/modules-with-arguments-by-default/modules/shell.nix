# Asks with a default for what all are passed.
{
  inputs ? { },
  lib,
  ...
}:
{
  programs.fish.enable = lib.mkDefault (inputs != { });
}
