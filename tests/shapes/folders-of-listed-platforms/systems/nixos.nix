{ self, inputs, ... }:
self.lib.each ./. [ "x86_64-linux" ] (
  { system, module }:
  inputs.nixpkgs.lib.nixosSystem {
    inherit system;
    specialArgs = { inherit inputs; };
    modules = [ module ];
  }
)
