{ modulesPath, ... }:
{
  imports = [ "${modulesPath}/profiles/headless.nix" ];

  time.timeZone = "UTC";
}
