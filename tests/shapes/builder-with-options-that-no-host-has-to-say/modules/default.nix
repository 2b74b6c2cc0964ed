{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.site;
  mkSwitch =
    default:
    lib.mkOption {
      type = lib.types.bool;
      inherit default;
    };
in
{
  options.site = {
    # Read only where a host turns it on.
    backup = {
      enable = lib.mkEnableOption "backups";
      target = lib.mkOption { type = lib.types.str; };
    };
    mail = {
      enable = mkSwitch false;
      relay = lib.mkOption { type = lib.types.str; };
    };
    # Said here.
    domain = lib.mkOption {
      type = lib.types.str;
      readOnly = true;
    };
    region = lib.mkOption { type = lib.types.str; };
    # Each of them says it.
    shares = lib.mkOption {
      default = { };
      type = lib.types.attrsOf (
        lib.types.submodule {
          options.path = lib.mkOption { type = lib.types.path; };
        }
      );
    };
    # Read by nobody.
    comment = lib.mkOption { type = lib.types.str; };
  };

  config = lib.mkMerge [
    {
      site.domain = "example.org";
      networking.domain = cfg.domain;
      time.timeZone = cfg.region;
      environment.etc = lib.mapAttrs (_: share: { source = share.path; }) cfg.shares;
      environment.systemPackages = lib.optional cfg.mail.enable cfg.mail.relay;
    }
    (lib.mkIf cfg.backup.enable {
      site.comment = cfg.backup.target;
      services.restic.backups.all.repository = cfg.backup.target;
    })
    { site = { inherit (pkgs) region; }; }
  ];
}
