{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./common.nix
            ./hosts/tower/hardware-configuration.nix
          ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./common.nix
            ./hosts/laptop/hardware-configuration.nix
          ];
        };
      };
    };
}
