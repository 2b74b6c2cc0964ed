# sudo, with the rules that NixOS itself puts in front.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  option = type: default: mkOption { inherit type default; };
  cfg = config.security.sudo;

  rule = subject: options: [
    (
      subject
      // {
        commands = [
          {
            command = "ALL";
            options = options ++ [ "SETENV" ];
          }
        ];
      }
    )
  ];
in
{
  options.security.sudo = {
    enable = option types.bool true;
    wheelNeedsPassword = option types.bool true;
    extraRules = option (types.listOf (
      types.submodule {
        options = {
          users = option (types.listOf (types.either types.str types.int)) [ ];
          groups = option (types.listOf (types.either types.str types.int)) [ ];
          host = option types.str "ALL";
          runAs = option types.str "ALL:ALL";
          commands = mkOption {
            type = types.listOf (
              types.either types.str (
                types.submodule {
                  options = {
                    command = mkOption { type = types.str; };
                    options = option (types.listOf (
                      types.enum [
                        "NOPASSWD"
                        "PASSWD"
                        "NOEXEC"
                        "EXEC"
                        "SETENV"
                        "NOSETENV"
                      ]
                    )) [ ];
                  };
                }
              )
            );
          };
        };
      }
    )) [ ];
  };

  config.security.sudo.extraRules = lib.mkMerge [
    (lib.mkOrder 400 (rule { users = [ "root" ]; } [ ]))
    (lib.mkOrder 600 (
      rule { groups = [ "wheel" ]; } (lib.optional (!cfg.wheelNeedsPassword) "NOPASSWD")
    ))
  ];
}
