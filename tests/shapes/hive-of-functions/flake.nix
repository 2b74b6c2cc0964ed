{
  outputs =
    { nixpkgs, colmena, ... }@inputs:
    {
      nixosConfigurations =
        (colmena.lib.makeHive {
          meta.nixpkgs = import nixpkgs { system = "x86_64-linux"; };
          meta.specialArgs = { inherit inputs; };

          tower =
            { pkgs, ... }:
            {
              imports = [ ./hosts/tower ];
              deployment.targetHost = "10.0.0.1";
            };
          attic =
            { pkgs, ... }:
            {
              imports = [ ./hosts/attic ];
              deployment.targetHost = "10.0.0.2";
            };
        }).nodes;
    };
}
