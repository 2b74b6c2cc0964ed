{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkSystem =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./modules
            ./hosts/${name}
          ];
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = {
        tower = mkSystem "tower";
        laptop = mkSystem "laptop";
      };
    };
}
