{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        {
          system ? "x86_64-linux",
          user ? "ann",
          withHome ? true,
        }:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${name}
          ]
          ++ nixpkgs.lib.optionals withHome [
            inputs.home-manager.nixosModules.home-manager
            { home-manager.users.${user} = ./home.nix; }
          ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" { };
        laptop = mkHost "laptop" { };
        board = mkHost "board" {
          system = "aarch64-linux";
          withHome = false;
        };
      };
    };
}
