{ inputs, user }:
inputs.nixpkgs.lib.nixosSystem {
  system = "x86_64-linux";
  specialArgs = { inherit inputs user; };
  modules = [ ./common.nix ];
}
