{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations.tower = nixpkgs.lib.nixosSystem rec {
        system = "x86_64-linux";
        specialArgs = { inherit inputs system; };
        modules = [
          ./hosts/tower
          ./modules
        ];
      };
      nixosConfigurations.laptop = nixpkgs.lib.nixosSystem rec {
        system = "x86_64-linux";
        specialArgs = { inherit inputs system; };
        modules = [
          ./hosts/laptop
          ./modules
        ];
      };
    };
}
