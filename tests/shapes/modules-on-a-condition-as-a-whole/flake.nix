{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./hosts/tower
            ./modules/options.nix
            ./modules/common
            inputs.disko.nixosModules.disko
          ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./modules/options.nix
            ./modules/common
            ./modules/wiped.nix
            ./hosts/laptop
          ];
        };
      };
    };
}
