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
  stubs = {
    nixpkgs = ./nixpkgs;
    home-manager = ./home-manager;
    agenix = ./agenix;
  };

  # A flake without the machinery around it: no lock, no store.
  call =
    path: inputs:
    let
      self = outputs // {
        inherit inputs outputs;
        outPath = toString path;
      };
      outputs = (import (path + "/flake.nix")).outputs (inputs // { inherit self; });
    in
    self;

  path = /. + root;
  flake = call path (
    builtins.mapAttrs (
      name: _: call (stubs.${name} or (throw "There is no stub for the input `${name}'.")) { }
    ) (import (path + "/flake.nix")).inputs
  );
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
