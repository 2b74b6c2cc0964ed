{ inputs }:
inputs.nixpkgs-unstable.lib.nixosSystem {
  modules = [ ./configuration.nix ];
}
