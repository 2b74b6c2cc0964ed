{ inputs, nixpkgs }:
builtins.mapAttrs (
  name: machine:
  nixpkgs.lib.nixosSystem {
    inherit (machine) system;
    specialArgs = { inherit inputs; };
    modules = [
      inputs.home-manager.nixosModules.home-manager
      ../hosts/${name}
      ./secrets.nix
    ];
  }
)
