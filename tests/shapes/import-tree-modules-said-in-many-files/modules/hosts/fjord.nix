{ config, inputs, ... }:
{
  flake.nixosConfigurations.fjord = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [
      ../../machines/fjord
      config.flake.modules.nixos.base
      config.flake.modules.nixos.desktop
    ];
  };
}
