{
  config,
  inputs,
  lib,
  ...
}:
{
  options.machines = lib.mkOption { default = { }; };
  config.flake.nixosConfigurations = lib.mapAttrs (
    _: machine: inputs.nixpkgs.lib.nixosSystem { modules = [ machine ]; }
  ) config.machines;
}
