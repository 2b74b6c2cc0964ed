{
  outputs =
    { nixpkgs, disko, ... }@inputs:
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            hostname = "tower";
          };
          modules = [
            disko.nixosModules.disko
            ./modules/locale.nix
            ./modules/people.nix
            ./hosts/tower
          ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            hostname = "laptop";
          };
          modules = [
            disko.nixosModules.disko
            ./modules/locale.nix
            ./modules/people.nix
            ./modules/wifi.nix
            ./hosts/laptop
          ];
        };
      };
    };
}
