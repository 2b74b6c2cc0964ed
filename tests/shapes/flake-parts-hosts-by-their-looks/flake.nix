{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [ inputs.fleet.flakeModule ];
      systems = [ "x86_64-linux" ];
    };
}
