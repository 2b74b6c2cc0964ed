{
  inputs,
  lib,
  config,
  ...
}:
let
  prefix = "hosts/";
  machines = lib.filterAttrs (name: _: lib.hasPrefix prefix name) config.flake.modules.nixos;
  mkMachine = key: module: {
    name = lib.removePrefix prefix key;
    value = inputs.nixpkgs.lib.nixosSystem {
      specialArgs = { inherit inputs; };
      modules = [
        module
        inputs.home-manager.nixosModules.home-manager
      ];
    };
  };
in
{
  flake.nixosConfigurations = lib.mapAttrs' mkMachine machines;
}
