{ config, lib, ... }:
{
  options.machine.owner = lib.mkOption { type = lib.types.str; };

  config.users.users.${config.machine.owner}.isNormalUser = true;
}
