{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    flake-parts.url = "github:hercules-ci/flake-parts";
  };

  outputs =
    inputs@{ flake-parts, ... }:
    let
      registry = {
        owners.tower = "anna";
        machines = {
          tower.role = "desktop";
          attic.role = "server";
        };
      };
    in
    flake-parts.lib.mkFlake
      {
        inherit inputs;
        specialArgs = { inherit registry; };
      }
      {
        systems = [ "x86_64-linux" ];
        imports = [ ./parts/machines.nix ];
      };
}
