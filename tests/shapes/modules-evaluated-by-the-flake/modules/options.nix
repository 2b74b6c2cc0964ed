{ lib, ... }: { options.flake = lib.mkOption { default = { }; }; }
