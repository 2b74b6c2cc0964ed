{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      inherit (import ./machines { inherit inputs; }) nixosConfigurations;
    };
}
