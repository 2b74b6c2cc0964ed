{
  outputs =
    { self, nixpkgs }@inputs:
    {
      nixosConfigurations = {
        board = nixpkgs.lib.nixosSystem {
          system = "aarch64-linux";
          modules = [ ./hosts/board ];
        };
      }
      //
        builtins.foldl'
          (
            result: name:
            result
            // {
              "${name}" = nixpkgs.lib.nixosSystem {
                system = "x86_64-linux";
                specialArgs = { inherit inputs; };
                modules = [ ./hosts/${name} ];
              };
            }
          )
          { }
          [
            "tower"
            "laptop"
          ];
    };
}
