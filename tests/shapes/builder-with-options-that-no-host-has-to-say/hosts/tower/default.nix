{
  site.backup = {
    enable = true;
    target = "/mnt";
  };
}
