{
  outputs =
    inputs:
    let
      inherit (inputs.nixpkgs) lib;
      parts = inputs.haumea.lib.load {
        src = ./parts;
        loader = inputs.haumea.lib.loaders.path;
      };
    in
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      imports = lib.attrValues parts;
    };
}
