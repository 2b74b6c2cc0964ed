{ self, inputs, ... }:
let
  mkHost =
    folder:
    {
      version ? "25.11",
      homeVersion ? version,
      hostname ? folder,
    }:
    inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = {
        inherit
          inputs
          self
          version
          homeVersion
          hostname
          ;
      };
      modules = [
        ./hosts/${folder}
        ./hosts/${folder}/home.nix
      ];
    };
in
builtins.mapAttrs mkHost
