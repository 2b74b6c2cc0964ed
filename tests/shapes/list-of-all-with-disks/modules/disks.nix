{
  disko.devices.disk.main.device = "/dev/vda";
}
