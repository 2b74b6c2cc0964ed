{ inputs, lib, ... }:
let
  mkHost = name: {
    ${name} = inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ./hosts/${name} ];
      specialArgs = { inherit inputs; };
    };
  };
in
{
  flake = {
    nixosConfigurations = lib.mkMerge [
      (mkHost "tower")
      (mkHost "laptop")
    ];
  };
}
