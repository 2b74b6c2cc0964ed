{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${name}
            { hardware.report = ./hosts/${name}/report.json; }
          ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower";
        laptop = mkHost "laptop";
      };
    };
}
