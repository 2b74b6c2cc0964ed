{ inputs, ... }:
let
  name = "tower";
in
{
  flake.nixosConfigurations.${name} = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    modules = [ ./system.nix ];
  };
}
