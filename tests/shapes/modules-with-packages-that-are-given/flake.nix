{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      packages =
        licenses:
        import nixpkgs {
          system = "x86_64-linux";
          config = { inherit licenses; };
        };
    in
    {
      nixosConfigurations = {
        fjord = nixpkgs.lib.nixosSystem {
          pkgs = packages [ "steam" ];
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/fjord
            ./modules/shell.nix
            ./modules/apps.nix
          ];
        };
        heath = nixpkgs.lib.nixosSystem {
          pkgs = packages [ "steam" "discord" ];
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/heath
            ./modules/shell.nix
            ./modules/apps.nix
          ];
        };
        # Says its packages itself.
        shoal = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/shoal
            ./modules/shell.nix
            ./modules/apps.nix
          ];
        };
      };
    };
}
