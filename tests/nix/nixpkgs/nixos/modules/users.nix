# Accounts.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  option = type: default: mkOption { inherit type default; };
in
{
  options.users.users = option (types.attrsOf (
    types.submodule (
      { config, name, ... }:
      {
        options = {
          name = option types.str name;
          description = option types.singleLineStr "";
          isNormalUser = option types.bool false;
          isSystemUser = option types.bool false;
          group = option types.str (if config.isNormalUser then "users" else "");
          extraGroups = option (types.listOf types.str) [ ];
          home = option types.path (if config.isNormalUser then "/home/${config.name}" else "/var/empty");
          shell = option (types.nullOr (types.either types.package types.path)) null;
          initialPassword = option (types.nullOr types.str) null;
          linger = option (types.nullOr types.bool) null;
          packages = option (types.listOf types.package) [ ];
          openssh.authorizedKeys.keys = option (types.listOf types.singleLineStr) [ ];
        };
      }
    )
  )) { };

  config.assertions = lib.mapAttrsToList (name: user: {
    assertion = user.isNormalUser != user.isSystemUser;
    message = "Exactly one of users.users.${name}.isSystemUser and users.users.${name}.isNormalUser must be set.";
  }) config.users.users;
}
