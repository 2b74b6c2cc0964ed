{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      fleet = import ./lib { inherit inputs; };
    in
    {
      nixosConfigurations = fleet.mkHosts ./fleet.nix;
    };
}
