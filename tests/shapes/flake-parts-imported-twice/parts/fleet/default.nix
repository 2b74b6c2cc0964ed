{
  config,
  inputs,
  lib,
  ...
}:
{
  options.fleet.hosts = lib.mkOption { default = { }; };

  config.flake.nixosConfigurations = builtins.mapAttrs (
    name: _:
    inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ../../hosts/${name} ];
      specialArgs = { inherit inputs; };
    }
  ) config.fleet.hosts;
}
