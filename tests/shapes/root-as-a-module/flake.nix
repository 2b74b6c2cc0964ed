{
  outputs =
    { nixpkgs, home-manager, ... }@inputs:
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [ "laptop" "tower" ] (
        hostName:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = inputs // {
            inherit hostName;
          };
          modules = [
            ./.
            ./modules
          ];
        }
      );
    };
}
