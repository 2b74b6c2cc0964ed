{ inputs, ... }:
{
  flake.nixosConfigurations = import ../machine.nix inputs "tower";
}
