{ config, lib, ... }:
{
  options.desktop.enable = lib.mkEnableOption "a desktop";
  config = lib.mkIf config.desktop.enable { services.xserver.enable = true; };
}
