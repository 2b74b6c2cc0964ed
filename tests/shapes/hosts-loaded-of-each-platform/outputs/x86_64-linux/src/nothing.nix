{ lib, ... }:
{
  colours = lib.genAttrs [ "red" ] (name: name);
}
