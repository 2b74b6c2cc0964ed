{ inputs, ... }:
let
  mkHost =
    modules:
    inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = { inherit inputs; };
      inherit modules;
    };
in
{
  flake.nixosConfigurations = {
    nixos = mkHost [ ../hosts/nixos ];
    nixos-server = mkHost [ ../hosts/nixos-server ];
  };
}
