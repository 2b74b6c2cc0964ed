{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [ inputs.flake-parts.flakeModules.partitions ];
      systems = [ "x86_64-linux" ];
      partitions.machines = {
        extraInputsFlake = ./machines;
        module = ./machines/part.nix;
      };
      partitionedAttrs.nixosConfigurations = "machines";
    };
}
