{ config, ... }:
{
  flake.modules.nixos."hosts/laptop" = {
    imports = [ config.flake.modules.nixos.base ];
    networking.hostName = "laptop";
  };
}
