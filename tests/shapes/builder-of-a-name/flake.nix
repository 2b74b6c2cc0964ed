{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkSystem =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./common.nix
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
