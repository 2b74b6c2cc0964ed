{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        name: modules:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = modules ++ [ { networking.hostName = name; } ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" [ ./hosts/tower ];
        attic = mkHost "attic" [ ./hosts/attic.nix ];
        fjord = mkHost "fjord" [ ./hosts/fjord.nix ];
        heath = mkHost "heath" [ ./hosts/heath.nix ];
      };
    };
}
