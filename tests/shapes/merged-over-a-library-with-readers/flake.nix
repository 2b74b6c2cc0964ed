{
  outputs =
    inputs@{ self, ... }:
    let
      lib = import ./lib { inherit inputs; };
      fleet = import ./fleet.nix;
    in
    {
      nixosConfigurations = import ./hosts { inherit lib fleet; };
    };
}
