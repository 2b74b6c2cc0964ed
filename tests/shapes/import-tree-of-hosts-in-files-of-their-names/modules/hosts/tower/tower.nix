{
  fleet.hosts.tower.user = "me";
}
