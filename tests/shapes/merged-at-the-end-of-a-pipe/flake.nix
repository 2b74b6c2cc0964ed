{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations =
        builtins.readDir ./hosts
        |> builtins.attrNames
        |> map (name: {
          inherit name;
          value = nixpkgs.lib.nixosSystem {
            inherit (import ./hosts/${name}/facts.nix) system;
            modules = [ ./hosts/${name} ];
            specialArgs = { inherit inputs; };
          };
        })
        |> builtins.listToAttrs;
    };
}
