{ inputs, ... }:
inputs.nixpkgs.lib.nixosSystem {
  system = "x86_64-linux";
  specialArgs = {
    inherit inputs;
    hostName = "Larch";
  };
  modules = [ ../hosts/all.nix ];
}
