{
  hostname = "tower";
  gpu = "nvidia";
}
