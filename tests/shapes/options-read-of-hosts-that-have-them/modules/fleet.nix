{ lib, ... }:
{
  options.fleet.role = lib.mkOption { default = null; };
}
