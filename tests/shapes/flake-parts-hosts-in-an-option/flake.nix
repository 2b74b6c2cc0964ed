{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [
        ./fleet.nix
        ./hosts
      ];
      systems = [ "x86_64-linux" ];
    };
}
