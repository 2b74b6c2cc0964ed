{
  outputs =
    inputs@{ flake-parts, ... }:
    let
      mkHost =
        name:
        inputs.nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        };
    in
    flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [ (flake-parts.lib.importApply ./parts.nix { inherit mkHost; }) ];
    };
}
