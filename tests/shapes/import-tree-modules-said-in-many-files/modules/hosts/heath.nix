{ config, inputs, ... }:
{
  flake.nixosConfigurations.heath = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [
      ../../machines/heath
      config.flake.modules.nixos.base
      config.flake.modules.nixos.desktop
    ];
  };
}
