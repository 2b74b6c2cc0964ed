{ inputs, self, ... }:
{
  flake.nixosConfigurations.tower = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = { inherit self inputs; };
    modules = [ self.nixosModules.base ];
  };
  flake.nixosModules.base = {
    networking.hostName = "tower";
    nixpkgs.hostPlatform = "x86_64-linux";
  };
}
