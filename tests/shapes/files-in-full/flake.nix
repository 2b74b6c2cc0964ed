{
  outputs =
    { nixpkgs, disko, ... }@inputs:
    {
      nixosConfigurations = {
        fjord = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            disko.nixosModules.disko
            ./modules
            ./machines/fjord.nix
          ];
        };
        heath = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            disko.nixosModules.disko
            ./modules
            ./machines/heath.nix
            ./modules/printer.nix
          ];
        };
      };
    };
}
