{
  flake.modules.nixos.fonts.fonts.enableDefaultPackages = true;
}
