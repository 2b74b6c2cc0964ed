{
  inputs,
  lib,
  config,
  ...
}:
let
  prefix = "hosts/";
  ofHosts = lib.filterAttrs (name: _: lib.hasPrefix prefix name);
in
{
  flake.nixosConfigurations = lib.pipe (ofHosts config.flake.modules.nixos) [
    (lib.mapAttrs' (
      name: module: {
        name = lib.removePrefix prefix name;
        value = inputs.nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs; };
          modules = [
            module
            inputs.home-manager.nixosModules.home-manager
          ];
        };
      }
    ))
  ];
}
