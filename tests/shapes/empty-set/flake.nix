{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
      };
    };
}
