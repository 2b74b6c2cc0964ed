{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        {
          path,
          user ? null,
        }:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs user; };
          modules = [ path ];
        };
    in
    {
      nixosConfigurations = builtins.mapAttrs mkHost {
        tower = {
          path = ./hosts/tower;
          user = "anna";
        };
        laptop = {
          path = ./hosts/laptop;
          user = "otto";
        };
        nas = {
          path = ./hosts/nas;
        };
      };
    };
}
