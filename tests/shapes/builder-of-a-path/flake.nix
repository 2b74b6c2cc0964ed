{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkNixos =
        modules:
        nixpkgs.lib.nixosSystem {
          inherit modules;
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = {
        tower = mkNixos [ ./hosts/tower ];
        laptop = mkNixos [ ./hosts/laptop ];
      };
    };
}
