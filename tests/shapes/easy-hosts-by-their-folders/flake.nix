{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      imports = [ inputs.easy-hosts.flakeModule ];
      easy-hosts = {
        autoConstruct = true;
        path = ./hosts;
      };
    };
}
