{ inputs, config, ... }:
{
  config.flake.nixosConfigurations.${config.names.tower} = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    modules = [ config.flake.modules.nixos.base ];
  };
}
