{
  outputs =
    { self, nixpkgs }:
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

        installed = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            self.nixosModules.default
            ./tests/installed.nix
          ];
        };
      };
    };
}
