{ lib, ... }:
{
  options.fleet = lib.mkOption { default = { }; };
  config.fleet.zone = "Europe/Oslo";
}
