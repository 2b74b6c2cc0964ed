{ inputs, facts, ... }:
let
  inherit (inputs.nixpkgs) lib;
  withFacts =
    name: fact:
    lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = { inherit inputs fact facts; };
      modules = [ ../machines/${name}.nix ];
    };
in
{
  flake.nixosConfigurations = lib.mapAttrs withFacts facts;
}
