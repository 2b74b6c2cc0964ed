{ inputs }:
inputs.nixpkgs.lib.nixosSystem {
  system = "x86_64-linux";
  modules = [ "${inputs.nixpkgs}/nixos/modules/installer/cd-dvd/iso-image.nix" ];
}
