{ inputs, palette, ... }:
{
  nix.registry.nixpkgs.flake = inputs.nixpkgs;
}
