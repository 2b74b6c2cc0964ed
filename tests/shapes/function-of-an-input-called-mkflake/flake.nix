{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    fleet.url = "github:example/fleet";
  };

  outputs =
    inputs@{ nixpkgs, fleet, ... }:
    fleet.lib.mkFlake inputs {
      hosts = fleet.lib.mapHosts ./hosts;
      modules.default = { };
    };
}
