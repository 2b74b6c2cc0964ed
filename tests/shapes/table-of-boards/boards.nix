inputs: {
  berry = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = { inherit inputs; };
    modules = [ ./machines/berry ];
  };
  plum = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = { inherit inputs; };
    modules = [ ./machines/plum ];
  };
  fig = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = { inherit inputs; };
    modules = [
      ./machines/fig
      inputs.hardware.nixosModules.raspberry-pi-4
    ];
  };
}
