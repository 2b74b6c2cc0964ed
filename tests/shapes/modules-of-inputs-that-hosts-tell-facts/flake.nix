{
  outputs =
    { nixpkgs, garden, ... }@inputs:
    {
      nixosConfigurations = {
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            inputs.fleet.nixosModules.warden
            garden.nixosModules.default
            inputs.hjem.nixosModules.default
            inputs.people.nixosModules.carol-home
            ./hosts/laptop
          ];
        };

        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            inputs.fleet.nixosModules.warden
            garden.nixosModules.default
            inputs.hjem.nixosModules.default
            inputs.people.nixosModules.carol-home
            ./hosts/tower
          ];
        };
      };
    };
}
