{
  tower.disk = "/dev/sda";
}
