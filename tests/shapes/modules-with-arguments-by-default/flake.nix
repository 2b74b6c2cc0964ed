{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        fjord = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            quiet = true;
          };
          modules = [
            ./hosts/fjord
            ./modules/boot.nix
            ./modules/shell.nix
            ./modules/motd.nix
          ];
        };
        heath = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            quiet = false;
          };
          modules = [
            ./hosts/heath
            ./modules/boot.nix
            ./modules/shell.nix
            ./modules/motd.nix
          ];
        };
      };
    };
}
