{
  outputs = { self, nixpkgs, ... }@inputs: {
    nixosConfigurations = {
      tower = nixpkgs.lib.nixosSystem {
  };
}
