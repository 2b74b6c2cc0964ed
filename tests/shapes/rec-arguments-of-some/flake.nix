{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      user = "ann";
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem rec {
          system = "x86_64-linux";
          specialArgs = { inherit inputs user system; };
          modules = [
            ./common.nix
            ./hosts/tower
            inputs.home-manager.nixosModules.home-manager
          ];
        };
        laptop = nixpkgs.lib.nixosSystem rec {
          system = "x86_64-linux";
          specialArgs = { inherit inputs user system; };
          modules = [
            ./common.nix
            ./hosts/laptop
            inputs.home-manager.nixosModules.home-manager
          ];
        };
        vm = nixpkgs.lib.nixosSystem {
          pkgs = nixpkgs.legacyPackages.x86_64-linux;
          specialArgs = { inherit user; };
          modules = [
            ./common.nix
            ./hosts/vm
            inputs.home-manager.nixosModules.home-manager
          ];
        };
        isoInstaller = import ./installer.nix { inherit inputs user; };
      };
    };
}
