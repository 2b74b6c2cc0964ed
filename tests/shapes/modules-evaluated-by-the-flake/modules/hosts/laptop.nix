{ inputs, ... }:
{
  flake.nixosConfigurations.laptop = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    modules = [ ../../hosts/laptop ];
    specialArgs = { inherit inputs; };
  };
}
