{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [ inputs.fleet.flakeModules.default ];
      systems = [ "x86_64-linux" ];
      fleet.path = ./hosts;
    };
}
