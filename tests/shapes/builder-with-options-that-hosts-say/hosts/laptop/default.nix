{
  site.storage.disk = "/dev/vda";
}
