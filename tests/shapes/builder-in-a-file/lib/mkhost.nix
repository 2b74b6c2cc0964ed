{ inputs }:
name:
inputs.nixpkgs.lib.nixosSystem {
  system = "x86_64-linux";
  modules = [ ../hosts/${name} ];
  specialArgs = { inherit inputs; };
}
