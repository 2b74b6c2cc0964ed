{
  networking.hostName = "tower";
  keys.enable = true;
}
