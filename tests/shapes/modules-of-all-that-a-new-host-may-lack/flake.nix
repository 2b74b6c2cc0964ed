{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        fjord = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/fjord
            ./modules/nix.nix
            ./modules/motd.nix
            ./modules/fleet.nix
            ./modules/mesh.nix
            ./modules/disks.nix
            ./modules/guest.nix
            ./modules/release.nix
            ./modules/tokens.nix
            ./modules/shell.nix
            ./modules/media.nix
            ./modules/backup.nix
            ./modules/fleet-options.nix
            { _module.args.label = "west"; }
          ];
        };
        heath = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/heath
            ./modules/nix.nix
            ./modules/motd.nix
            ./modules/fleet.nix
            ./modules/mesh.nix
            ./modules/disks.nix
            ./modules/guest.nix
            ./modules/release.nix
            ./modules/tokens.nix
            ./modules/shell.nix
            ./modules/media.nix
            ./modules/backup.nix
            ./modules/fleet-variant.nix
            { _module.args.label = "north"; }
          ];
        };
      };
    };
}
