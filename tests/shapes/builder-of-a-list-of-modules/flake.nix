{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        modules:
        nixpkgs.lib.nixosSystem {
          inherit modules;
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            root = self;
          };
        };
    in
    {
      nixosConfigurations = {
        ada-study = mkHost [ ./hosts/tower ];
        ada-train = mkHost [
          ./hosts/laptop
          ./modules/battery.nix
        ];
      };
    };
}
