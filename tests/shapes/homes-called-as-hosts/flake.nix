{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./nixos/hosts/tower ];
          specialArgs = { inherit inputs; };
        };
        Laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./nixos/hosts/laptop
            ./nixos/lid.nix
          ];
          specialArgs = { inherit inputs; };
        };
      };
    };
}
