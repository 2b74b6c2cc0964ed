{
  networking.hostName = "cellar";
  fileSystems."/" = {
    device = "shelves/local/root";
    fsType = "zfs";
  };
}
