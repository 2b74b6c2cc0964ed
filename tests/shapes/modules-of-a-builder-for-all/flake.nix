{
  outputs =
    {
      self,
      nixpkgs,
      home-manager,
      hardware,
      ...
    }@inputs:
    let
      lib = import ./lib;
      overlays = [ (final: previous: { greeting = "hello"; }) ];

      nixosModules = {
        revision = {
          system.configurationRevision = self.rev or null;
        };
        vault =
          { config, ... }:
          {
            services.vault.keys = ./hosts + "/${config.networking.hostName}/keys";
          };
      };

      cacheModule = _: { nix.settings.substituters = [ "https://cache.example.org" ]; };

      mkHost =
        name: system:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = {
            inherit inputs name;
            mylib = lib;
            older = import inputs.older {
              inherit system;
              config.allowUnfree = true;
            };
            tools = self.packages.${system};
            password = "$y$j9T$example";
            inherit (inputs) palette;
          };
          modules =
            with nixosModules;
            [
              revision
              vault
              cacheModule
              { networking.hostName = name; }
              { nixpkgs.overlays = overlays; } # for all
              {
                nixpkgs.overlays = [ (final: previous: { own = previous.greeting; }) ];
              }
              { pleasures.enable = true; }
              {
                users.users.ann.isNormalUser = true;
              }
              inputs.secrets.nixosModules.default
              hardware.nixosModules.common-cpu-amd
              home-manager.nixosModules.home-manager
              {
                home-manager.users.ann = ./home.nix;
              }
            ]
            ++ [
              ./hosts/${name}/hardware-configuration.nix
              ./hosts/${name}
            ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" "x86_64-linux";
        laptop = mkHost "laptop" "x86_64-linux";
      };
    };
}
