{
  config,
  hostname,
  lib,
  ...
}:
{
  options.server.enable = lib.mkEnableOption "a server";
  config = lib.mkIf config.server.enable {
    services.nginx.virtualHosts."${hostname}.example.org" = { };
  };
}
