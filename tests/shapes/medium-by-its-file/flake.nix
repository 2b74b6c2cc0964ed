{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      common = [ ./common.nix ];
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs; };
          modules = common ++ [
            ./hosts/tower/configuration.nix
            ./games.nix
          ];
        };
        attic = nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs; };
          modules = common ++ [ ./hosts/attic/configuration.nix ];
        };
        spare = nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/spare/configuration.nix ];
        };
      };
    };
}
