{ pkgs, ... }:
{
  users.defaultUserShell = pkgs.zsh;
}
