# What the flake at `root` makes of its hosts, as JSON:
#
#   nix-instantiate --eval --strict --json tests/nix/hosts.nix --argstr root "$PWD"
#
# With stubs for its inputs, everything that a configuration defines is evaluated, not only what
# is shown. A folder with the real ones can be named: `--argstr inputs DIR`.
{
  root,
  only ? null,
  inputs ? toString ./.,
}:
let
  path = /. + root;
  flake = import ./call-flake.nix {
    inherit path;
    inputs = /. + inputs;
  };
  inherit (flake.inputs.nixpkgs) lib;

  summary = import ./host.nix {
    inherit lib;
    root = toString path;
  };
  hosts = builtins.mapAttrs (_: summary) (
    if only == null then
      flake.nixosConfigurations
    else
      {
        ${only} =
          flake.nixosConfigurations.${only}
            or (throw "The flake has no nixosConfigurations.${only}, only ${lib.concatStringsSep ", " (lib.attrNames flake.nixosConfigurations)}.");
      }
  );
in
# Nothing is printed before all of it is known to be good.
builtins.deepSeq hosts hosts
