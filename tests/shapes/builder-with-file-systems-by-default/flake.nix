{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      desktop = [ { services.xserver.enable = true; } ];
      mkHost =
        {
          name,
          disks ? [ ./machines/disks.nix ],
          modules,
        }:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./machines/${name}.nix ] ++ disks ++ modules;
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost {
          name = "tower";
          modules = desktop;
        };
        attic = mkHost {
          name = "attic";
          modules = desktop;
        };
        cellar = mkHost {
          name = "cellar";
          disks = [ ];
          modules = desktop;
        };
      };
    };
}
