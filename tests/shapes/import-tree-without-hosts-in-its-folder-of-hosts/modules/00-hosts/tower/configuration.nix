{
  flake.modules.nixos.tower.networking.hostName = "tower";
}
