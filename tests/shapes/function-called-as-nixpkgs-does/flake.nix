{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      lib.nixosSystem =
        name: extra:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${name} ] ++ extra;
          specialArgs = { inherit inputs; };
        };

      nixosConfigurations.tower = self.lib.nixosSystem "tower" [ ];
    };
}
