{ lib, flake-parts-lib, ... }:
flake-parts-lib.mkTransposedPerSystemModule {
  name = "jobs";
  option = lib.mkOption { default = { }; };
  file = ./jobs.nix;
}
