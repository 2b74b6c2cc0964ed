{ lib, ... }:
{
  options.greeting = lib.mkOption { };
}
