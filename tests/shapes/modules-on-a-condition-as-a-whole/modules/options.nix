{ lib, ... }:
{
  options.fleet.isWiped = lib.mkEnableOption "a root that is new at each start";
}
