{ config, lib, ... }:
{
  options.site.greeting = lib.mkOption { type = lib.types.lines; };
  options.site.keys = lib.mkOption {
    type = lib.types.str;
    default = "us";
  };

  config = {
    users.motd = config.site.greeting;
  };
}
