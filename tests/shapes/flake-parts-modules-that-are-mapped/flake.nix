{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      imports = map (name: ./parts + "/${name}.nix") [
        "hosts"
        "packages"
      ];
    };
}
