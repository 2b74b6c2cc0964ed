{
  flake.modules.nixos.laptop.networking.hostName = "laptop";
}
