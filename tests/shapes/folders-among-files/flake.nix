{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        path:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ path ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost ./hosts/tower.nix;
        attic = mkHost ./hosts/attic;
        fjord = mkHost ./hosts/fjord;
      };
    };
}
