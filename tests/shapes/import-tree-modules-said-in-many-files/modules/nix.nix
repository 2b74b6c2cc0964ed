{ config, ... }:
{
  # What is read here is no option of a host.
  flake.modules.nixos.base = {
    nix.registry.self.flake = config.flake;
  };
}
