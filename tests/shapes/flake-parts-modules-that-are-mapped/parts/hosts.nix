{ inputs, ... }:
{
  flake.nixosConfigurations = {
    tower = inputs.nixpkgs.lib.nixosSystem {
      modules = [ ../hosts/tower ];
      specialArgs = { inherit inputs; };
    };
  };
}
