{
  fleet.hosts.laptop.system = "x86_64-linux";
}
