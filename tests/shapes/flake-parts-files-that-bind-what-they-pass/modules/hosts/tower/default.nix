{ inputs, ... }:
let
  # What modules are passed.
  specialArgs = {
    inherit inputs;
    outputs = inputs.self.outputs;
  };
in
{
  flake.nixosConfigurations.tower = inputs.nixpkgs.lib.nixosSystem {
    inherit specialArgs;
    system = "x86_64-linux";
    modules = [ ../../../hosts/tower ];
  };
}
