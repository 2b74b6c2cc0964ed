{ config, lib, ... }:
lib.mkIf config.fleet.isWiped {
  fileSystems."/keep".neededForBoot = true;
}
