{ config, ... }:
{
  flake.modules.nixos."hosts/tower" = {
    imports = [ config.flake.modules.nixos.ssh ];
    networking.hostName = "tower";
  };
}
