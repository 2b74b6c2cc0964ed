{ config, inputs, ... }:
{
  flake.nixosConfigurations.tower = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = config.fleet // {
      inherit inputs;
      games = true;
    };
    modules = [ ./configuration.nix ];
  };
}
