{
  outputs =
    { self, flake-parts, ... }@inputs:
    let
      reader = import ./reader;
    in
    flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      imports = reader.of-modules ./parts;
    };
}
