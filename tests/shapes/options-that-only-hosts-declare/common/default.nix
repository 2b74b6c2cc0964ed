{ config, lib, ... }:
{
  options.machine.name = lib.mkOption { type = lib.types.str; };
  config.networking.hostName = config.machine.name;
}
