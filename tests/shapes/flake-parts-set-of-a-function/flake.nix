{
  outputs =
    { flake-parts, ... }@inputs:
    flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [
        ./parts/tower.nix
        ./parts/attic.nix
      ];
    };
}
