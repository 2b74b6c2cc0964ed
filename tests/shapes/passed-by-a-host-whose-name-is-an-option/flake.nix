{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      _module.args.channels = { };
      imports = [ ./hosts.nix ];
    };
}
