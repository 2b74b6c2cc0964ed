{ inputs, ... }:
{
  flake.nixosConfigurations.laptop = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [
      inputs.self.nixosModules.ssh
      inputs.self.nixosModules.screen
      inputs.self.nixosModules.laptop
      ./hardware.nix
    ];
  };

  flake.nixosModules.laptop =
    { lib, ... }:
    {
      options.machine.font = lib.mkOption { };
      config.machine.font = "laptop";
    };
}
