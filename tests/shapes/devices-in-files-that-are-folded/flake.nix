{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      flake =
        let
          inherit (inputs.nixpkgs) lib;
          devices = [
            ./devices/tower
            ./devices/laptop
          ];
        in
        builtins.foldl' (
          all: device: lib.recursiveUpdate all (import device { inherit inputs lib; })
        ) { } devices
        // {
          templates = { };
        };
    };
}
