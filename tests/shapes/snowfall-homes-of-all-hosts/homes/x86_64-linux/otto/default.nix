{ osConfig, ... }:
{
  home.sessionVariables.MACHINE = osConfig.networking.hostName;
}
