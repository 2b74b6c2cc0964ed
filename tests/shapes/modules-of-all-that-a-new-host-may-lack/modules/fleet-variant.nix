{ lib, ... }:
{
  options.fleet.members = lib.mkOption { default = [ ]; };
}
