{ inputs, ... }:
{
  flake.nixosConfigurations.barn = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [ ./. ];
  };
}
