{ inputs, ... }:
{
  flake.overlays.default = import ../overlay.nix inputs;
}
