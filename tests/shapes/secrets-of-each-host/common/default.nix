{ node, ... }:
{
  imports = [ ./secrets.nix ];
  networking.hostName = node;
  sops.secrets.root = { };
}
