{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        fjord = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/fjord
            ./modules/containers.nix
            ./modules/printing.nix
            ./modules/web.nix
            ./modules/guest.nix
          ];
        };
        heath = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/heath
            ./modules/containers.nix
            ./modules/printing.nix
            ./modules/web.nix
            ./modules/guest.nix
          ];
        };
      };
    };
}
