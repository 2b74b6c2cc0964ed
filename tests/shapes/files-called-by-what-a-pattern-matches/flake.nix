{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations =
        let
          hosts = map (file: builtins.head (builtins.match "(.*)\\.nix" file)) (
            builtins.attrNames (builtins.readDir ./machines)
          );
          mkHost =
            name:
            nixpkgs.lib.nixosSystem {
              system = "x86_64-linux";
              modules = [ (import ./all.nix) ];
              specialArgs = { inherit inputs name; };
            };
        in
        nixpkgs.lib.genAttrs hosts mkHost;
    };
}
