{ hardware, ... }:
{
  channelName = "old";
  modules = [
    hardware.nixosModules.attic
    ./configuration.nix
  ];
}
