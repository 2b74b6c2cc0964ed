{ inputs, ... }:
{
  flake.nixosConfigurations.stick = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = { inherit inputs; };
    modules = [ ./configuration.nix ];
  };
}
