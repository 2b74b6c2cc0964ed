{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        {
          system ? "x86_64-linux",
          home ? null,
        }:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${name}.nix
          ]
          ++ nixpkgs.lib.optionals (home != null) [
            inputs.home-manager.nixosModules.home-manager
            { home-manager.users.rowan = home; }
          ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" { home = ./homes/desk.nix; };
        attic = mkHost "attic" { home = ./homes/plain.nix; };
        board = mkHost "board" { system = "aarch64-linux"; };
      };
    };
}
