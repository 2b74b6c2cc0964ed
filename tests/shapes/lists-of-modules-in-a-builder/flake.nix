{
  outputs =
    {
      self,
      nixpkgs,
      hardware,
      home-manager,
      ...
    }@inputs:
    let
      sharedModules = [
        self.nixosModules.default
        home-manager.nixosModules.home-manager
      ];
      hardwareModules = [ hardware.nixosModules.common-cpu-amd ];
      machines = {
        tower = [ ./hosts/tower ];
        laptop = [ ./hosts/laptop ];
      };
      palette = import ./palette.nix;
      mkHost =
        hostname:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = sharedModules ++ hardwareModules ++ machines.${hostname};
          specialArgs = {
            inherit inputs hostname;
            colors = palette;
          };
        };
    in
    {
      nixosModules.default = { };

      nixosConfigurations = {
        tower = mkHost "tower";
        laptop = mkHost "laptop";
      };
    };
}
