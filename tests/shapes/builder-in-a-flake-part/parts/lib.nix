{ inputs, ... }:
{
  flake.lib.mkHost =
    name:
    inputs.nixpkgs.lib.nixosSystem {
      specialArgs = { inherit inputs; };
      modules = [ ../hosts/${name} ];
    };
}
