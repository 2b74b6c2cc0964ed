{
  config,
  inputs,
  lib,
  ...
}:
{
  options.fleet.hosts = lib.mkOption { default = { }; };
  config.flake.nixosConfigurations = lib.mapAttrs (
    name:
    { module }:
    inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [
        { networking.hostName = name; }
        module
      ];
      specialArgs = { inherit inputs; };
    }
  ) config.fleet.hosts;
}
