# Homes as part of a NixOS configuration.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkEnableOption mkOption types;
  option = type: default: mkOption { inherit type default; };
  cfg = config.home-manager;

  home = types.submoduleWith {
    specialArgs = {
      inherit pkgs;
      osConfig = config;
    }
    // cfg.extraSpecialArgs;
    modules = [
      ../modules/home.nix
      ../modules/mail.nix
      ../modules/programs.nix
      (
        { name, ... }:
        let
          account =
            config.users.users.${name}
              or (throw "home-manager.users.${name} has no account: users.users.${name} is not defined.");
        in
        {
          home = {
            username = account.name;
            homeDirectory = account.home;
          };
        }
      )
    ]
    ++ cfg.sharedModules;
  };

  ofHomes = f: lib.flatten (lib.mapAttrsToList f cfg.users);
in
{
  options.home-manager = {
    useGlobalPkgs = mkEnableOption "the system's packages";
    useUserPackages = mkEnableOption "installation by users.users.<name>.packages";
    backupFileExtension = option (types.nullOr types.str) null;
    extraSpecialArgs = option (types.attrsOf types.raw) { };
    sharedModules = option (types.listOf types.raw) [ ];
    users = option (types.attrsOf home) { };
  };

  config = {
    assertions = ofHomes (
      user: home: map (a: a // { message = "${user} profile: ${a.message}"; }) home.assertions
    );
    warnings = ofHomes (user: home: map (warning: "${user} profile: ${warning}") home.warnings);
  };
}
