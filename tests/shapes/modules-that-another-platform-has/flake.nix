{
  outputs =
    {
      nixpkgs,
      home-manager,
      disko,
      ...
    }@inputs:
    let
      specialArgs = { inherit inputs; };
    in
    {
      nixosConfigurations.ash-desk = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        inherit specialArgs;
        modules = [
          ./machines/desk
          disko.nixosModules.disko
          home-manager.nixosModules.home-manager
          { home-manager.users.ash = import ./homes/desk.nix; }
        ];
      };
      nixosConfigurations.ash-board = nixpkgs.lib.nixosSystem {
        system = "aarch64-linux";
        inherit specialArgs;
        modules = [
          ./machines/board
          disko.nixosModules.disko
          home-manager.nixosModules.home-manager
          { home-manager.users.ash = import ./homes/board.nix; }
        ];
      };
      nixosConfigurations.ash-board-image = nixpkgs.lib.nixosSystem {
        system = "aarch64-linux";
        inherit specialArgs;
        modules = [ ./sd-image.nix ];
      };
    };
}
