{ inputs }:
let
  inherit (inputs.nixpkgs) lib;
  machine =
    name:
    { kind }:
    lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = { inherit inputs kind; };
      modules = [ ../machines/${name}.nix ];
    };
in
{
  allMachines = lib.mapAttrs machine;
  # Nothing of this makes hosts.
  folders = builtins.attrNames (builtins.readDir ../.);
}
