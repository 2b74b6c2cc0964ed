{ pkgs, ... }:
{
  environment.systemPackages = [ pkgs.steam ];
}
