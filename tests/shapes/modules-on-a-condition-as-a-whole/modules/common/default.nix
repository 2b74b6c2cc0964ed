{ pkgs, ... }:
{
  imports = [
    ./people.nix
    ../wiped.nix
  ];
  environment.systemPackages = [ pkgs.git ];
}
