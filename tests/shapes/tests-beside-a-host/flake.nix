{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosModules.default = ./module.nix;

      nixosConfigurations = {
        served-test-vm = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            self.nixosModules.default
            ./tests/vm.nix
          ];
        };

        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            self.nixosModules.default
            ./hosts/tower
          ];
        };
      };
    };
}
