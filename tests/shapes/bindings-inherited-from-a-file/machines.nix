inputs@{ nixpkgs, ... }:
let
  mkHost =
    hostname:
    nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = { inherit inputs; };
      modules = [ ./hosts/${hostname} ];
    };
in
{
  nixosConfigurations.tower = mkHost "tower";
  nixosConfigurations.laptop = mkHost "laptop";
}
