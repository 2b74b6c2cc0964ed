{
  outputs =
    { nixpkgs, fleet, ... }:
    {
      nixosConfigurations = fleet.lib.machines (import ./machines.nix);
    };
}
