{ inputs, ... }:
{
  flake.nixosConfigurations = import ../machine.nix inputs "attic";
}
