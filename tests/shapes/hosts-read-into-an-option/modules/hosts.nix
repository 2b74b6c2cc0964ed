{
  config,
  inputs,
  lib,
  ...
}:
let
  folder = ../hosts;
  isFolder = _: type: type == "directory";
  names = builtins.attrNames (lib.filterAttrs isFolder (builtins.readDir folder));
in
{
  options.machines = lib.mkOption { default = { }; };

  config = {
    machines = lib.genAttrs names (name: {
      modules = [ (folder + "/${name}") ];
    });

    flake.nixosConfigurations = lib.mapAttrs (
      _: machine:
      inputs.nixpkgs.lib.nixosSystem {
        specialArgs = { inherit inputs; };
        inherit (machine) modules;
      }
    ) config.machines;
  };
}
