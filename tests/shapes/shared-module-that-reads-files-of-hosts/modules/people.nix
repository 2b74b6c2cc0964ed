{ hostname, ... }:
{
  users.users.ada.isNormalUser = true;
  home-manager.users.ada.imports = [ ../hosts/${hostname}/home.nix ];
}
