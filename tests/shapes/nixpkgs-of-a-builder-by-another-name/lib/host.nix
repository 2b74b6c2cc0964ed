{ nixos-unstable }:
folder:
nixos-unstable.lib.nixosSystem {
  system = "x86_64-linux";
  modules = [
    folder
    (folder + "/hardware.nix")
  ];
}
