{
  networking.hostName = "laptop";
  keys.enable = true;
}
