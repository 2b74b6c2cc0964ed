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
            inputs.home-manager.nixosModules.home-manager
            {
              home-manager.useGlobalPkgs = true;
              home-manager.users.me = ./home;
            }
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
