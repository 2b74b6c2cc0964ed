{
  inputs,
  lib,
  registry,
  ...
}:
let
  mkMachine =
    name: machine:
    inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = {
        inherit inputs registry;
        owner = registry.owners.${name};
      };
      modules = [
        ../hosts/${name}
        ../roles/${machine.role}.nix
      ];
    };
in
{
  flake.nixosConfigurations = lib.mapAttrs mkMachine registry.machines;
}
