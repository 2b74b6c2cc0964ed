{ inputs, ... }:
{
  flake.nixosConfigurations.fjord = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    modules = [
      ./hardware
      ./services
    ];
    specialArgs = { inherit inputs; };
  };
}
