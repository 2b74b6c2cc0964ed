{ lib, ... }:
{
  options.home.admin = lib.mkOption { default = "ann"; };
}
