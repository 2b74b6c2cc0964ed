{
  networking.hostName = "tower";
}
