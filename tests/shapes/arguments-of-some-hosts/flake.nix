{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkSystem =
        {
          system,
          folder,
          settings ? { },
        }:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${folder}
            { nixpkgs.config = settings; }
          ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkSystem {
          system = "x86_64-linux";
          folder = "tower";
          settings = {
            rocmSupport = true;
          };
        };
        laptop = mkSystem {
          system = "x86_64-linux";
          folder = "laptop";
        };
      };
    };
}
