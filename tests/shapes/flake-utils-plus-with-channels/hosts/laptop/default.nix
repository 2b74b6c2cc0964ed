{ hardware, ... }:
{
  channelName = "stable";
  modules = [
    hardware.nixosModules.laptop
    ./configuration.nix
  ];
}
