{ config, ... }:
{
  imports = [ ./token.nix ];
  services.tailscale.authKeyFile = config.sops.secrets.token.path;
}
