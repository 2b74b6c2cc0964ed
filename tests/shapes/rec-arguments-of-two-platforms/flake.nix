{
  outputs =
    { nixpkgs, home-manager, ... }@inputs:
    let
      packagesFor =
        system:
        import nixpkgs {
          inherit system;
          config.allowUnfree = true;
        };
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem rec {
          system = "x86_64-linux";
          pkgs = packagesFor system;
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/tower
            home-manager.nixosModules.home-manager
          ];
        };
        board = nixpkgs.lib.nixosSystem rec {
          system = "aarch64-linux";
          pkgs = packagesFor system;
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/board
            home-manager.nixosModules.home-manager
          ];
        };
      };
    };
}
