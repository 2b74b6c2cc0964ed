{ config, lib, ... }:
let
  cfg = config.site;
  disk = cfg.storage.disk;
in
{
  options.site = {
    storage = with lib; {
      disk = mkOption { type = types.str; };
    };
    owner = lib.mkOption {
      type = lib.types.str;
      default = "someone";
    };
  };

  config.boot.loader.grub.device = disk;
}
