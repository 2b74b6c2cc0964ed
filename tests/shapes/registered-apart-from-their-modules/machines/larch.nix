{ inputs, ... }:
{
  flake.nixosConfigurations.larch = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = { inherit inputs; };
    modules = [ inputs.self.nixosModules.larch ];
  };
}
