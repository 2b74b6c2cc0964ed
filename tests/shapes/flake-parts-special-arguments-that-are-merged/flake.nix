{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      imports = [
        ./options.nix
        ./hosts/tower/flake.nix
        ./hosts/attic/flake.nix
        ./hosts/stick/flake.nix
      ];
    };
}
