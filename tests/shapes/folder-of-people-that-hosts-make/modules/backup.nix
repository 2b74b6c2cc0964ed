# Saves what is somebody's whom each host makes.
{ config, ... }:
{
  services.borgbackup.jobs.home.paths = config.users.users.anna.home;
}
