{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        name: _:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name} ];
        };
    in
    {
      nixosConfigurations =
        builtins.mapAttrs mkHost {
          tower = { };
          laptop = { };
        }
        // {
          iso = nixpkgs.lib.nixosSystem {
            system = "x86_64-linux";
            modules = [ ./iso.nix ];
          };
        };
    };
}
