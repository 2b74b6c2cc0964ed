{ config, lib, ... }:
{
  options.site.theme.enable = lib.mkEnableOption "colours";

  config = lib.mkIf config.site.theme.enable {
    stylix.polarity = "dark";
  };
}
