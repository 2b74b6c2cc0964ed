{ inputs, machines, ... }:
{
  flake.nixosConfigurations = machines.all;
}
