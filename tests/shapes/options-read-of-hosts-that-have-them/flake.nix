{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;

      mkHost =
        name:
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./modules/fleet.nix
            ./hosts/${name}
          ];
        };

      hosts = builtins.attrNames self.nixosConfigurations;
    in
    {
      nixosConfigurations = lib.genAttrs [
        "laptop"
        "tower"
      ] mkHost;

      roles = map (name: self.nixosConfigurations.${name}.config.fleet.role) hosts;

      mail = lib.mapAttrs (_: host: host.config.post.domain) (
        lib.filterAttrs (_: host: host.config ? post) self.nixosConfigurations
      );

      backups = lib.mapAttrs (_: host: host.config.backups.target or null) self.nixosConfigurations;

      printers = map (
        name:
        lib.optional (name == "laptop") self.nixosConfigurations.${name}.config.printing.queue
      ) hosts;
    };
}
