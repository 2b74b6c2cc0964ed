{ inputs }:
name: arguments:
inputs.nixpkgs.lib.nixosSystem {
  system = "x86_64-linux";
  specialArgs = {
    inherit inputs;
    palette = import ./palette.nix;
  };
  modules = [
    ./cache.nix
    ../modules
    ../modules/packages.nix
    inputs.home-manager.nixosModules.home-manager
    ../hosts/${name}/hardware.nix
    ../hosts/${name}
  ];
}
