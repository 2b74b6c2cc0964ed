# Whom NixOS makes.
{
  services.nginx.enable = true;
  users.users.nginx.extraGroups = [ "acme" ];
}
