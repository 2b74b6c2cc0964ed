{
  outputs =
    {
      self,
      nixpkgs,
      disko,
      home-manager,
      ...
    }@inputs:
    let
      common = [ disko.nixosModules.disko ];
    in
    {
      nixosConfigurations = {
        tower =
          let
            specialArgs = {
              inherit inputs self;
              hostname = "tower";
              gpu = "radeon";
            };
          in
          nixpkgs.lib.nixosSystem {
            inherit specialArgs;
            system = "x86_64-linux";
            modules = common ++ [
              ./hosts/tower
              home-manager.nixosModules.home-manager
              { home-manager.users.kim = import ./hosts/tower/home.nix; }
            ];
          };

        laptop =
          let
            specialArgs = {
              inherit inputs self;
              hostname = "laptop";
            };
          in
          nixpkgs.lib.nixosSystem {
            inherit specialArgs;
            system = "x86_64-linux";
            modules = common ++ [
              home-manager.nixosModules.home-manager
              ./hosts/laptop
              { home-manager.users.kim = import ./hosts/laptop/home.nix; }
            ];
          };

        default = self.nixosConfigurations.tower;
      };
    };
}
