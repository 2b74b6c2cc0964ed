{ inputs, ... }:
{
  flake.nixosConfigurations.tower = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [
      inputs.self.nixosModules.ssh
      inputs.self.nixosModules.screen
      inputs.self.nixosModules.tower
      ./hardware.nix
    ];
  };

  flake.nixosModules.tower =
    { lib, ... }:
    {
      options.machine.font = lib.mkOption { };
      config.machine.font = "tower";
    };
}
