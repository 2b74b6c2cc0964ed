# What the flake at `root` makes of its hosts, with stubs for its inputs, as JSON:
#
#   nix-instantiate --eval --strict --json tests/nix/hosts.nix --argstr root "$PWD"
#
# Everything that a configuration defines is evaluated, not only what is shown.
{
  root,
  only ? null,
}:
let
  path = /. + root;
  flake = import ./call-flake.nix path;
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
