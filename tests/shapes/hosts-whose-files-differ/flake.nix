{
  outputs =
    { flake-parts, ... }@inputs:
    flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [
        ./machines/fjord/flake-module.nix
        ./machines/heath/flake-module.nix
      ];
    };
}
