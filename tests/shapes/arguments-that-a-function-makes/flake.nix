{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      withDefaults = host: {
        system = host.system or "x86_64-linux";
        specialArgs = { inherit inputs self; };
        modules = host.modules or [ ] ++ [ ./modules/base.nix ];
      };

      withDesktop = host: {
        modules = host.modules or [ ] ++ [ ./modules/desktop.nix ];
      };

      tower = withDesktop {
        modules = [
          ./hosts/tower
          ./people/me.nix
        ];
      };

      laptop = withDesktop {
        modules = [
          ./hosts/laptop
          ./people/you.nix
        ];
      };

      server.modules = [ ./hosts/server ];
    in
    {
      nixosConfigurations = with nixpkgs.lib; {
        server = nixosSystem (withDefaults server);
        tower = nixosSystem (withDefaults tower);
        laptop = nixosSystem (withDefaults laptop);
      };
    };
}
