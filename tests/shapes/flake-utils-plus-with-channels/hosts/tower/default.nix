{ hardware, ... }:
{
  channelName = "stable";
  modules = [
    hardware.nixosModules.tower
    ./configuration.nix
  ];
}
