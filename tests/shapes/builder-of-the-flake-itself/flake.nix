{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      lib.mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        };

      nixosConfigurations = {
        tower = self.lib.mkHost "tower";
        laptop = self.lib.mkHost "laptop";
      };
    };
}
