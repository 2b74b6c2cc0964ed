{
  zone = "Europe/Oslo";
  hostId = "8425e349";
  paths.shared = "/srv";
}
