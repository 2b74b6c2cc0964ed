# Asks for what each host is passed by itself: a default counts for nothing here.
{
  lib,
  quiet ? false,
  ...
}:
{
  boot.consoleLogLevel = lib.mkIf quiet 0;
}
