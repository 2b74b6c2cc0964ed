{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost = import ./lib/mkhost.nix { inherit inputs; };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower";
        laptop = mkHost "laptop";
      };
    };
}
