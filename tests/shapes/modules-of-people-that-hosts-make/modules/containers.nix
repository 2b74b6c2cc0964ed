# Says more of somebody whom each host makes.
{
  virtualisation.docker.enable = true;
  users.users.anna.extraGroups = [ "docker" ];
}
