{
  outputs =
    { nixpkgs, boards, ... }@inputs:
    let
      secure = [
        boards.nixosModules.boot
        ./modules/desk.nix
        ./modules/shell.nix
      ];
      plain = [
        ./modules/shell.nix
        ./modules/desk.nix
      ];
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          modules = secure ++ [
            boards.nixosModules.tower
            ./hosts/tower
          ];
          specialArgs = { inherit inputs; };
        };
        attic = nixpkgs.lib.nixosSystem {
          modules = plain ++ [ ./hosts/attic ];
          specialArgs = { inherit inputs; };
        };
      };
    };
}
