# What `nix flake check` builds. The machines themselves are evaluated and not built.
{ self, pkgs }:
let
  inherit (pkgs) lib;
  inherit (pkgs.stdenv.hostPlatform) system;
  inherit (self.packages.${system}) agent-tool;

  # A failed assertion stops the evaluation by itself, a warning does not.
  evaluated =
    name: machine:
    let
      inherit (machine.config) warnings;
      toplevel = builtins.unsafeDiscardStringContext machine.config.system.build.toplevel.drvPath;
    in
    assert lib.assertMsg (warnings == [ ]) "${name}: ${lib.concatStringsSep "; " warnings}";
    pkgs.runCommand "evaluate-${name}" { inherit toplevel; } ''
      echo "$toplevel" > $out
    '';
  machines = lib.filterAttrs (
    _: machine: machine.pkgs.stdenv.hostPlatform.system == system
  ) self.nixosConfigurations;
in
{
  # Its check phase tests all that needs no tree.
  inherit agent-tool;

  # All tests, on this tree: those of whole commands need it.
  commands = agent-tool.overrideAttrs {
    pname = "agent-tool-commands";
    src = self;
    nativeCheckInputs = [ pkgs.gitMinimal ];
  };

  tree = pkgs.runCommand "check-tree" { nativeBuildInputs = [ agent-tool ]; } ''
    agent-tool --root ${self} check
    touch $out
  '';

  format = pkgs.runCommand "check-format" { nativeBuildInputs = [ self.formatter.${system} ]; } ''
    cp --recursive --no-preserve=mode ${self} tree
    cd tree
    treefmt --ci --walk=filesystem --tree-root=.
    touch $out
  '';
}
// lib.mapAttrs' (
  name: machine: lib.nameValuePair "evaluate-${name}" (evaluated name machine)
) machines
