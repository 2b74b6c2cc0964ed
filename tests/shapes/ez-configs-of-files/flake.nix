{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      imports = [ inputs.ez-configs.flakeModule ];
      ezConfigs = {
        root = ./.;
        globalArgs = {
          inherit inputs;
        };
      };
    };
}
