{ lib, ... }:
{
  options.names.tower = lib.mkOption {
    type = lib.types.str;
    default = "tower";
  };
}
