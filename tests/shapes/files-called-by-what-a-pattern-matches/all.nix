{ inputs, name, ... }:
{
  imports = [
    (./machines + "/${name}.nix")
    inputs.home-manager.nixosModules.home-manager
  ];
}
