{
  outputs = inputs: {
    nixosConfigurations = {
      Larch = import ./nixosConfigurations/Larch.nix { inherit inputs; };
      Rowan = import ./nixosConfigurations/Rowan.nix { inherit inputs; };
    };
  };
}
