# Secrets that a machine decrypts with its host key.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  option = type: default: mkOption { inherit type default; };
  cfg = config.age;
  accounts = config.users.users;
in
{
  options.age = {
    identityPaths = option (types.listOf types.path) (
      lib.optionals config.services.openssh.enable (
        map (key: key.path) (
          lib.filter (key: key.type == "rsa" || key.type == "ed25519") config.services.openssh.hostKeys
        )
      )
    );
    secrets = option (types.attrsOf (
      types.submodule (
        { config, name, ... }:
        {
          options = {
            name = option types.str name;
            file = mkOption { type = types.path; };
            path = option types.str "/run/agenix/${config.name}";
            mode = option types.str "0400";
            owner = option types.str "0";
            group = option types.str (accounts.${config.owner}.group or "0");
            symlink = option types.bool true;
          };
        }
      )
    )) { };
  };

  config.assertions = lib.optional (cfg.secrets != { }) {
    assertion = cfg.identityPaths != [ ];
    message = "age.identityPaths must be set, for example by enabling openssh.";
  };
}
