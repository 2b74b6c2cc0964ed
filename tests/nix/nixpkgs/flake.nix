{
  description = "Stands in for nixpkgs where configurations are evaluated without it";

  outputs =
    { self }:
    let
      lib = import ./lib;
      pkgsFor = system: import ./pkgs.nix { inherit lib system; };
    in
    {
      lib = lib // {
        nixosSystem = import ./nixos { inherit lib pkgsFor; };
      };
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] pkgsFor;
    };
}
