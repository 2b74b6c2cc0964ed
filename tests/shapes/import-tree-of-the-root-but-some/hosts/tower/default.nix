{ inputs, self, ... }:
{
  flake.nixosConfigurations.tower = inputs.nixpkgs.lib.nixosSystem {
    modules = [
      self.nixosModules.tower
      {
        nixpkgs.hostPlatform = "x86_64-linux";
        networking.hostName = "tower";
      }
    ];
  };
}
