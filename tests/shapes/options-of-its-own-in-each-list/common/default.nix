{ config, lib, ... }:
{
  options.main-disk = lib.mkOption { };
  config.boot.loader.grub.device = config.main-disk;
}
