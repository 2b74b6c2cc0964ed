{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        {
          hostname,
          stateVersion,
          modules ? [ ],
          gpu ? null,
        }:
        nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs gpu stateVersion; };
          modules = [ (./hosts + "/${hostname}") ] ++ modules;
        };
      stateVersion = "25.11";
    in
    {
      nixosConfigurations = {
        tower = mkHost {
          inherit stateVersion;
          hostname = "tower";
          gpu = "amd";
          modules = [
            ./modules/base.nix
            ./modules/games.nix
          ];
        };
        laptop = mkHost {
          inherit stateVersion;
          hostname = "laptop";
          gpu = "intel";
          modules = [ ./modules/base.nix ];
        };
        shelf = mkHost {
          inherit stateVersion;
          hostname = "shelf";
          modules = [
            ./modules/base.nix
            ./modules/media.nix
          ];
        };
      };
    };
}
