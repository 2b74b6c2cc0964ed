{
  outputs =
    {
      self,
      nixpkgs,
      disko,
      ...
    }@inputs:
    {
      nixosModules.site = ./modules/site.nix;

      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            disko.nixosModules.disko
            self.nixosModules.site
            ./modules/console.nix
            ./hosts/tower
          ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            disko.nixosModules.disko
            self.nixosModules.site
            ./modules/console.nix
            { site.greeting = "hello"; }
          ];
        };
      };
    };
}
