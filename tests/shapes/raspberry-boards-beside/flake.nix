{
  outputs =
    { nixpkgs, nixos-raspberrypi, ... }@inputs:
    {
      nixosConfigurations = {
        cellar = nixos-raspberrypi.lib.nixosSystem {
          specialArgs = { inherit inputs nixos-raspberrypi; };
          modules = [ ./hosts/cellar.nix ];
        };
        attic = nixos-raspberrypi.lib.nixosSystem {
          specialArgs = { inherit inputs nixos-raspberrypi; };
          modules = [ ./hosts/attic.nix ];
        };
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/tower.nix ];
        };
      };
    };
}
