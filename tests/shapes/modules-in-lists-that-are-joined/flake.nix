{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      overlays = { };
      nixosConfigurations = import ./hosts { inherit inputs; inherit (self) outputs; };
    };
}
