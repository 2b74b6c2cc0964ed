{
  outputs =
    inputs@{ nixpkgs, ... }:
    let
      inherit (nixpkgs) lib;
      mergeAll =
        let
          at =
            path:
            lib.zipAttrsWith (
              name: values:
              if lib.all lib.isAttrs values then at (path ++ [ name ]) values else lib.last values
            );
        in
        at [ ];
      mkHost =
        name:
        {
          modules ? [ ],
        }:
        {
          ${name} = lib.nixosSystem {
            system = "x86_64-linux";
            specialArgs = { inherit inputs; };
            modules = [ ./hosts/${name} ] ++ modules;
          };
        };
    in
    {
      nixosConfigurations = mergeAll [
        (mkHost "tower" { modules = [ ./desktop.nix ]; })
        (mkHost "laptop" { modules = [ ./lid.nix ]; })
      ];
    };
}
