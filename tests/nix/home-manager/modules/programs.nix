# Programs and services of a home.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib)
    mkEnableOption
    mkIf
    mkOption
    types
    ;
  option = type: default: mkOption { inherit type default; };
in
{
  options = {
    programs = {
      bash.enable = mkEnableOption "Bash";

      git = {
        enable = mkEnableOption "Git";
        settings = option (types.attrsOf (types.attrsOf types.anything)) { };
        signing = {
          key = option (types.nullOr types.str) null;
          format = option (types.nullOr (
            types.enum [
              "openpgp"
              "ssh"
              "x509"
            ]
          )) null;
          signByDefault = option (types.nullOr types.bool) null;
        };
      };

      himalaya.enable = mkEnableOption "Himalaya";
    };

    services.gnome-keyring = {
      enable = mkEnableOption "GNOME Keyring";
      components = option (types.listOf (
        types.enum [
          "pkcs11"
          "secrets"
          "ssh"
        ]
      )) [ ];
    };
  };

  config.home.packages = mkIf config.programs.git.enable [ pkgs.git ];
}
