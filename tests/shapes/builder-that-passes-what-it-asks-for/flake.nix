{
  outputs =
    { self, nixpkgs }:
    let
      mkHosts =
        records:
        builtins.listToAttrs (
          map (
            { name, modules, ... }@record:
            {
              inherit name;
              value = nixpkgs.lib.nixosSystem {
                system = "x86_64-linux";
                specialArgs = if record ? specialArgs then record.specialArgs else { };
                inherit modules;
              };
            }
          ) records
        );
    in
    {
      nixosConfigurations = mkHosts [
        {
          name = "tower";
          modules = [ ./hosts/tower ];
        }
        {
          name = "attic";
          modules = [ ./hosts/attic ];
        }
      ];
    };
}
