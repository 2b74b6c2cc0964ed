{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        hostname: extra:
        nixpkgs.lib.nixosSystem {
          specialArgs = { inherit hostname inputs; };
          modules = [ ./modules ] ++ extra;
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" [ ];
        laptop = mkHost "laptop" [ ];
      };
    };
}
