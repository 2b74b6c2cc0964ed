{ inputs, ... }:
let
  channel = inputs.nixos-unstable;
in
{
  flake.nixosConfigurations.tower = channel.lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [ ./configuration.nix ];
  };
}
