{
  outputs =
    { nixpkgs, home-manager, ... }:
    let
      mkHost =
        modules:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = modules ++ [ home-manager.nixosModules.home-manager ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost [ ./hosts/tower ];
        laptop = mkHost [ ./hosts/laptop ];
      };
    };
}
