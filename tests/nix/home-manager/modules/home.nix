# Options of the home itself.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  option = type: default: mkOption { inherit type default; };

  scalar = types.oneOf [
    types.bool
    types.int
    types.str
    types.path
  ];
in
{
  options = {
    assertions = option (types.listOf (types.attrsOf types.raw)) [ ];
    warnings = option (types.listOf types.str) [ ];

    home = {
      username = mkOption { type = types.str; };
      homeDirectory = mkOption {
        type = types.path;
        apply = toString;
      };
      stateVersion = mkOption {
        type = types.enum [
          "24.05"
          "24.11"
          "25.05"
          "25.11"
          "26.05"
        ];
      };
      packages = option (types.listOf types.package) [ ];
      shellAliases = option (types.attrsOf types.str) { };
    };

    systemd.user.services = option (types.attrsOf (
      types.attrsOf (types.attrsOf (types.either scalar (types.listOf scalar)))
    )) { };
  };
}
