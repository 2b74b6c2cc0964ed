{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = nixpkgs.lib.genAttrs (builtins.attrNames (builtins.readDir ./hosts)) (
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = inputs;
          modules = [
            ./hosts/${name}
            { networking.hostName = name; }
            self.nixosModules.default
            self.nixosModules.disks
          ];
        }
      );
      nixosModules.default.imports = nixpkgs.lib.fileset.toList ./modules;
      nixosModules.disks.imports = [ ./disks.nix ];
    };
}
