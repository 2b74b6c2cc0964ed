{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = import ./hosts {
        inherit inputs;
        inherit (nixpkgs) lib;
      };
    };
}
