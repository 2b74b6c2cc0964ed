{
  config,
  lib,
  username,
  ...
}:
let
  home = config.home-manager.users.${username};
in
{
  config = lib.mkIf (home.desktop == "niri") {
    programs.niri.enable = true;
  };
}
