{
  outputs =
    { nixpkgs, home-manager, ... }@inputs:
    {
      nixosConfigurations.anna = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = { inherit inputs; };
        modules = [
          ./modules/nixos/configuration.nix
          home-manager.nixosModules.home-manager
          { home-manager.users.anna = import ./modules/home-manager/anna; }
        ];
      };
    };
}
