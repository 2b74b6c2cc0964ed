{
  outputs =
    inputs@{ nixpkgs, ... }:
    let
      owner.name = "kim";
      inherit (import ./lib.nix { inherit inputs owner; }) mkHost;
    in
    {
      nixosConfigurations = {
        tower = mkHost ./hosts/tower;
        shelf = mkHost ./hosts/shelf;
      };
    };
}
