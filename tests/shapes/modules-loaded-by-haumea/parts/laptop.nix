{ inputs, ... }:
{
  flake.nixosConfigurations.laptop = inputs.nixpkgs.lib.nixosSystem {
    modules = [ ../hosts/laptop ];
    specialArgs = { inherit inputs; };
  };
}
