{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
    in
    {
      nixosConfigurations = import ./hosts { inherit inputs lib; };
    };
}
