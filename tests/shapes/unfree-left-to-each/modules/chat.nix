{ pkgs, ... }:
{
  environment.systemPackages = [ pkgs.discord ];
}
