{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        if inputs.strict.enable or false && !(self ? rev) then
          throw "commit first"
        else
          name: extra:
          nixpkgs.lib.nixosSystem {
            specialArgs = { inherit inputs; };
            modules = [ (./hosts + "/${name}") ] ++ extra;
          };
    in
    {
      nixosConfigurations."tower" = mkHost "tower" [ ];
      nixosConfigurations."laptop" = mkHost "laptop" [ ];
    };
}
