{
  flake.nixosModules.larch = {
    networking.hostName = "larch";
  };
}
