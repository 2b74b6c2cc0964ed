{ config, ... }:
{
  flake.modules.nixos."hosts/laptop" = {
    imports = [ config.flake.modules.nixos.ssh ];
    networking.hostName = "laptop";
  };
}
