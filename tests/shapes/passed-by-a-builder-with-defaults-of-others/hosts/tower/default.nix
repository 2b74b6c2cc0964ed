{ version, ... }:
{
  system.stateVersion = version;
}
