{
  outputs =
    {
      self,
      nixpkgs,
      colmena,
      ...
    }@inputs:
    let
      inherit (inputs.home-manager.nixosModules) home-manager;
      inherit (nixpkgs) lib;
    in
    rec {
      hive = {
        meta = {
          nixpkgs = import nixpkgs { system = "x86_64-linux"; };
          specialArgs = {
            inherit inputs;
            flake = self;
          };
        };
        defaults =
          { lib, name, ... }:
          {
            imports = [
              ./hosts/${name}
              ./hosts/${name}/disks.nix
              ./overlays
              home-manager
              inputs.disko.nixosModules.disko
            ];
            networking.hostName = name;
            deployment.tags = lib.mkDefault [ "home" ];
          };
      }
      // lib.genAttrs (builtins.attrNames (builtins.readDir ./hosts)) (name: { });

      colmenaHive = colmena.lib.makeHive hive;
      nixosConfigurations = colmenaHive.nodes;
    };
}
