{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      imports = [
        ./hosts/tower/part.nix
        ./hosts/mill/part.nix
        ./hosts/barn/part.nix
        ./hosts/rack/part.nix
        ./hosts/boards/part.nix
      ];
    };
}
