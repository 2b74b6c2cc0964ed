{
  config,
  lib,
  namespace,
  ...
}:
let
  cfg = config.${namespace}.user;
in
{
  options.${namespace}.user = with lib; {
    name = mkOption { type = types.str; };
    shell = mkOption {
      type = types.str;
      default = "bash";
    };
  };

  config.users.users.${cfg.name}.isNormalUser = true;
}
