{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      offered = lib.genAttrs [ "desktop" ] (name: import (./modules + "/${name}.nix"));
    in
    {
      nixosModules = offered;
      nixosConfigurations = import ./hosts {
        inherit inputs lib;
        modules = builtins.attrValues offered;
        hostModules = [ ./modules/tower.nix ];
      };
    };
}
