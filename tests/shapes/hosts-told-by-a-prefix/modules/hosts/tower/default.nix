{ config, ... }:
{
  flake.modules.nixos."hosts/tower" = {
    imports = [ config.flake.modules.nixos.base ];
    networking.hostName = "tower";
  };
}
