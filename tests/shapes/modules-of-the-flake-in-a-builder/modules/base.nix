{ lib, pkgs, ... }:
{
  time.timeZone = lib.mkDefault "Europe/Vienna";
  environment.systemPackages = [ pkgs.git ];
}
