{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      folders =
        path: if builtins.pathExists path then builtins.attrNames (builtins.readDir path) else [ ];
      host = name: {
        inherit name;
        value = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name} ];
        };
      };
    in
    {
      nixosConfigurations = builtins.listToAttrs (map host (folders ./hosts));
    };
}
