{
  outputs =
    { self, fleet, ... }@inputs:
    {
      nixosConfigurations = fleet.lib.machines ./fleet.toml;
    };
}
