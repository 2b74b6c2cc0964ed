{ config, inputs, ... }:
{
  flake.nixosConfigurations.attic = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = config.fleet // {
      inherit inputs;
    };
    modules = [ ./configuration.nix ];
  };
}
