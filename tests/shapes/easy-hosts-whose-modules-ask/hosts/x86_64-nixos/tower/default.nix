{
  networking.hostName = "tower";
  machine.owner = "ada";
}
