{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkSystem =
        name:
        {
          system ? "x86_64-linux",
          modules ? [ ],
        }:
        nixpkgs.lib.nixosSystem {
          inherit system;
          modules = modules ++ [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.mapAttrs mkSystem {
        tower = { };
        board = {
          system = "aarch64-linux";
        };
        laptop = { };
      };
    };
}
