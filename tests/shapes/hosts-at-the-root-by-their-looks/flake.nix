{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations.fjord = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = { inherit inputs; };
        modules = [
          ./shared
          ./workstation
        ];
      };
      nixosConfigurations.heath = nixpkgs.lib.nixosSystem {
        system = "aarch64-linux";
        specialArgs = { inherit inputs; };
        modules = [
          ./shared
          ./laptop
        ];
      };
    };
}
