{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        { name, system ? "x86_64-linux" }:
        nixpkgs.lib.nixosSystem {
          inherit system;
          modules = [ (./hosts + "/${name}") ];
          specialArgs = { inherit inputs self; };
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost { name = "tower"; };
        board = mkHost {
          name = "board";
          system = "aarch64-linux";
        };
        laptop = mkHost { name = "laptop"; };
      };
    };
}
