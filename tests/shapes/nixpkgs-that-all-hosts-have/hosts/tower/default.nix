{ nixos-unstable, self, ... }@inputs:
nixos-unstable.lib.nixosSystem {
  system = "x86_64-linux";
  modules = [ ./configuration.nix ];
  specialArgs = {
    inherit inputs;
    facts = import "${self}/facts.nix";
  };
}
