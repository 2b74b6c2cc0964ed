{ inputs, ... }:
{
  flake.nixosConfigurations = {
    tower = inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ./tower ];
      specialArgs = { inherit inputs; };
    };
  };
}
