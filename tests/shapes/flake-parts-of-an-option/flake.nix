{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [
        ./parts/jobs.nix
        ./parts/systems.nix
      ];
      systems = [ "x86_64-linux" ];
    };
}
