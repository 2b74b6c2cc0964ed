{
  outputs =
    { self, nixpkgs, fleet, ... }@inputs:
    {
      lib = fleet.lib.of ./.;
      nixosConfigurations = with self.lib; machines { specialArgs = { inherit inputs; }; };
    };
}
