{
  fleet.hosts.tower.module = {
    services.openssh.enable = true;
  };
}
