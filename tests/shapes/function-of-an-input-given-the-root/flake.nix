{
  outputs =
    { fleet, ... }@inputs:
    {
      nixosConfigurations = fleet.lib.configurations {
        directory = ./.;
        specialArgs = { inherit inputs; };
      };
    };
}
