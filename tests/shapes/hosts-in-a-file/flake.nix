{
  outputs = inputs@{ self, nixpkgs, ... }: {
    nixosConfigurations = import ./hosts inputs;
  };
}
