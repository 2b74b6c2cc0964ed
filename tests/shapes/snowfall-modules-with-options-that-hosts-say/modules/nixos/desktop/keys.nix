_: {
  services.xserver.xkb.layout = "us";
}
