{ inputs, self, ... }:
{
  flake.nixosConfigurations.laptop = inputs.nixpkgs.lib.nixosSystem {
    specialArgs = { inherit inputs self; };
    modules = [
      inputs.disko.nixosModules.disko
      inputs.hardware.nixosModules.common-cpu-amd
      ./configuration.nix
    ];
  };
}
