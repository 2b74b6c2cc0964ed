{
  inputs = {
    stable.url = "github:NixOS/nixpkgs/nixos-26.05";
    unstable.url = "github:NixOS/nixpkgs/nixos-unstable";
    fleet.url = "github:example/fleet";
  };

  outputs =
    { self, fleet, ... }:
    {
      nixosConfigurations = fleet.lib.machines (import ./machines.nix);
    };
}
