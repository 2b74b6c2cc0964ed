{
  flake.nixosModules.rowan = {
    networking.hostName = "rowan";
  };
}
