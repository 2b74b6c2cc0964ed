{ inputs, lib, ... }:
let
  mkHost = name: place: {
    ${name} = inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [
        ./hosts/${name}
        { location = place; }
      ];
      specialArgs = { inherit inputs; };
    };
  };
in
{
  flake.nixosConfigurations = lib.mkMerge [
    (mkHost "tower" "desk")
    (mkHost "laptop" "bag")
  ];
}
