{
  fleet.hosts.laptop.module = {
    services.openssh.enable = true;
  };
}
