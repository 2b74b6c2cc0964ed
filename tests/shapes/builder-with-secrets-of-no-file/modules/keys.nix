{ config, lib, ... }:
{
  options.keys.enable = lib.mkEnableOption "secrets";

  config = lib.mkIf config.keys.enable {
    sops.defaultSopsFile = ../secrets.yaml;
  };
}
