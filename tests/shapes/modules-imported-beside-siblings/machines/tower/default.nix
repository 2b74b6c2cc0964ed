{ inputs, self, ... }:
{
  flake.nixosConfigurations.tower = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = { inherit inputs self; };
    modules = [
      inputs.disko.nixosModules.disko
      ./configuration.nix
    ];
  };
}
