{ config, lib, ... }:
{
  options.home.release = lib.mkOption { type = lib.types.str; };

  config.system.stateVersion = config.home.release;
}
