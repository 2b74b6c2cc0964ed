{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        fjord = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./machines/fjord/hardware
            ./machines/fjord/services
          ];
          specialArgs = { inherit inputs; };
        };
        heath = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./machines/heath/hardware
            ./machines/heath/services
          ];
          specialArgs = { inherit inputs; };
        };
      };
    };
}
