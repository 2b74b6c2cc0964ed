{
  outputs =
    {
      nixpkgs,
      boards,
      haumea,
      ...
    }@inputs:
    let
      mkHost = import ./lib/host.nix;
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" {
          inherit inputs;
          nixpkgs = boards;
          owner = "kim";
          extraModules = [
            haumea.nixosModules.haumea
            ./games.nix
          ];
        };
        attic = mkHost "attic" {
          inherit inputs;
          nixpkgs = boards;
          owner = "robin";
          extraModules = [
            ./games.nix
            haumea.nixosModules.haumea
            boards.nixosModules.large
          ];
        };
      };
    };
}
