{ self, inputs, ... }:
let
  mkNixos =
    modules:
    inputs.nixpkgs.lib.nixosSystem {
      inherit modules;
      system = "x86_64-linux";
      specialArgs = { inherit inputs self; };
    };
in
{
  flake.nixosConfigurations = {
    tower = mkNixos [ ./tower ];
    laptop = mkNixos [ ./laptop ];
  };
}
