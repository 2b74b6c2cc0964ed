{
  networking.hostName = "tower";
  site.desktop.label = "tower";
}
