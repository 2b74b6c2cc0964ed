{ inputs, self, ... }:
{
  flake.nixosConfigurations.laptop = inputs.nixpkgs.lib.nixosSystem {
    modules = [
      self.nixosModules.laptop
      {
        nixpkgs.hostPlatform = "x86_64-linux";
        networking.hostName = "laptop";
      }
    ];
  };
}
