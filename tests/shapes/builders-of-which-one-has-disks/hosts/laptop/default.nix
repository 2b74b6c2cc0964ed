{
  networking.hostName = "laptop";
  site.desktop.label = "laptop";
}
