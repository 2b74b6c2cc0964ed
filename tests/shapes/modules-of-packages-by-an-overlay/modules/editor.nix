{ pkgs, ... }:
{
  environment.systemPackages = [ pkgs.emacs-unstable-nox ];
}
