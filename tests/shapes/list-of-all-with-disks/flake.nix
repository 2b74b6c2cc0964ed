{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      common = [
        ./modules/shell.nix
        ./modules/disks.nix
      ];
      quiet = [ ./modules/quiet.nix ];
    in
    {
      nixosConfigurations = {
        fjord = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = common ++ [ ./hosts/fjord ] ++ quiet;
        };
        heath = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = common ++ [ ./hosts/heath ] ++ quiet;
        };
      };
    };
}
