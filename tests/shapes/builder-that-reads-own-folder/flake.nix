{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      modulesIn = folder: map (file: folder + "/${file}") (lib.attrNames (builtins.readDir folder));
    in
    {
      nixosConfigurations =
        lib.mapAttrs
          (
            name:
            { system }:
            lib.nixosSystem {
              inherit system;
              specialArgs = { inherit inputs; };
              modules = modulesIn ./modules ++ modulesIn ./hosts/${name};
            }
          )
          {
            tower.system = "x86_64-linux";
            laptop.system = "x86_64-linux";
          };
    };
}
