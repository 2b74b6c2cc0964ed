{
  outputs = inputs: {
    nixosConfigurations = {
      tower = import ./systems/tower.nix {
        inherit inputs;
        system = "x86_64-linux";
      };
      laptop = import ./systems/laptop.nix {
        inherit inputs;
        system = "x86_64-linux";
      };
    };
  };
}
