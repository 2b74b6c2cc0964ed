{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [
        ./fleet.nix
        ./hosts/tower/part.nix
        ./hosts/laptop/part.nix
      ];
      systems = [ "x86_64-linux" ];
    };
}
