{
  imports = [ ./unfree.nix ];
  nixpkgs.overlays = [ ];
}
