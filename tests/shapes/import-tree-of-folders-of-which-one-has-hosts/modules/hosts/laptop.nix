{
  fleet.hosts.laptop.user = "me";
}
