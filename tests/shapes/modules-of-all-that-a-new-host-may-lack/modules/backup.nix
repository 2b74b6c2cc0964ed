# Looks each host up that chooses it.
{ config, lib, ... }:
let
  cfg = config.house.backup;
  host = config.networking.hostName;
in
{
  options.house.backup.enable = lib.mkEnableOption "backups";
  config = lib.mkIf cfg.enable {
    environment.etc.backup.source = ../keys/${host}/backup.pub;
    services.borgbackup.jobs.home.repo = "/srv/${host}";
  };
}
