{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./nixos/configuration.nix
            ./nixos/hardware-configuration.nix
          ];
        };
        cottage = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./cottage/configuration.nix ];
        };
      };
    };
}
