{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        {
          system,
          graphical ? false,
          home ? false,
        }:
        {
          inherit name;
          value = nixpkgs.lib.nixosSystem {
            inherit system;
            modules = [
              ./hosts/${name}
            ]
            ++ nixpkgs.lib.optional home ./homes/${name}.nix
            ++ nixpkgs.lib.optionals graphical [
              { services.xserver.layout = import ./keyboards/${name}.nix; }
            ];
            specialArgs = {
              inherit inputs graphical;
            };
          };
        };
    in
    {
      nixosConfigurations = builtins.listToAttrs [
        (mkHost "tower" {
          system = "x86_64-linux";
          graphical = true;
          home = true;
        })
        (mkHost "laptop" {
          system = "x86_64-linux";
          graphical = true;
          home = true;
        })
      ];
    };
}
