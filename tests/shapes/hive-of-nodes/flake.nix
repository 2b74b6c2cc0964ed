{
  outputs =
    {
      self,
      nixpkgs,
      colmena,
      ...
    }@inputs:
    {
      nixosConfigurations = self.colmenaHive.nodes;
      colmenaHive = colmena.lib.makeHive self.colmena;
      colmena =
        let
          base = {
            services.openssh.enable = true;
          };
        in
        {
          meta = {
            nixpkgs = import nixpkgs { system = "x86_64-linux"; };
            specialArgs = { inherit inputs; };
          };
          defaults =
            { config, ... }:
            {
              deployment.targetHost = config.networking.hostName;
            };

          tower.deployment.targetHost = null;

          tower.imports = [
            ./hosts/tower
            base
          ];
          attic.imports = [
            ./hosts/attic
            base
          ];
        };
    };
}
