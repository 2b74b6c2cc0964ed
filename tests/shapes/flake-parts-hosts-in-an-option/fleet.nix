{
  config,
  inputs,
  lib,
  ...
}:
let
  cfg = config.fleet;
in
{
  options.fleet.hosts = lib.mkOption { default = { }; };
  config.flake.nixosConfigurations = lib.mapAttrs (
    name: machine:
    inputs.nixpkgs.lib.nixosSystem {
      inherit (machine) system;
      modules = [ ./hosts/${name} ];
      specialArgs = { inherit inputs; };
    }
  ) cfg.hosts;
}
