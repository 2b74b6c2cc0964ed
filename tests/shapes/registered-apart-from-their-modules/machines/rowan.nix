{ inputs, ... }:
{
  flake.nixosConfigurations.rowan = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = { inherit inputs; };
    modules = [ inputs.self.nixosModules.rowan ];
  };
}
