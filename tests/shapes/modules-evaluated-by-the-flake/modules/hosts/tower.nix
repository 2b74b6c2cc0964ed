{ inputs, ... }:
{
  flake.nixosConfigurations.tower = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    modules = [ ../../hosts/tower ];
    specialArgs = { inherit inputs; };
  };
}
