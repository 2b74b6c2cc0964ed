{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      revision = self.rev or "none";
    in
    {
      nixosConfigurations = builtins.deepSeq revision {
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/laptop ];
        };

        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/tower ];
        };
      };
    };
}
