{
  outputs =
    { self, nixpkgs, fleet, ... }@inputs:
    {
      nixosConfigurations.tower = nixpkgs.lib.nixosSystem { modules = [ ./hosts/tower ]; };
    }
    // fleet.lib.outputs inputs;
}
