{ inputs, ... }:
{
  flake.nixosConfigurations.tower = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    modules = [ inputs.self.nixosModules.tower ];
    specialArgs = { inherit inputs; };
  };
}
