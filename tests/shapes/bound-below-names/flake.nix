{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations =
        builtins.mapAttrs
          (
            name:
            { system }:
            nixpkgs.lib.nixosSystem {
              inherit system;
              specialArgs = { inherit inputs; };
              modules = [ ./hosts/${name} ];
            }
          )
          {
            tower.system = "x86_64-linux";
            laptop.system = "x86_64-linux";
          };
    };
}
