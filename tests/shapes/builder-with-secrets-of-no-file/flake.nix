{
  outputs =
    { nixpkgs, sops, ... }@inputs:
    let
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            sops.nixosModules.sops
            ./modules
            ./hosts/${name}
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
