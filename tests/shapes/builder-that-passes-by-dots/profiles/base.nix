{ fleetInputs, ... }:

{
  nix.registry.nixpkgs.flake = fleetInputs.nixpkgs;
}
