nixpkgs.lib.nixosSystem {
  system = "x86_64-linux";
  modules = [ {{ host }} ];
  specialArgs = {
    inherit inputs self;
    outputs = self;
  };
}
