{ settings, ... }:
{
  imports = [ (./. + "/../machines/" + settings.machine + "/config.nix") ];
}
