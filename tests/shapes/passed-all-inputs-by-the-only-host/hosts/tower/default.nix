{ home-manager, hostName, ... }:
{
  imports = [ home-manager.nixosModules.default ];
  networking.hostName = hostName;
}
