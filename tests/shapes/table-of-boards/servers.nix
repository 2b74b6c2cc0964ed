inputs: {
  tower = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = { inherit inputs; };
    modules = [ ./machines/tower ];
  };
}
