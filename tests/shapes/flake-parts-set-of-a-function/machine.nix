inputs: name: {
  ${name} = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [ ./machines/${name}.nix ];
  };
}
