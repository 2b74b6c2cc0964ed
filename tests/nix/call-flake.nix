# A flake with its inputs from a folder, by default the stubs here, without the machinery around
# it: no lock, no store.
{
  path,
  inputs ? ./.,
}:
let
  folders = {
    nixpkgs = inputs + "/nixpkgs";
    home-manager = inputs + "/home-manager";
    agenix = inputs + "/agenix";
    # Trees that are adopted have these; the real inputs need not.
    flake-parts = ./flake-parts;
    import-tree = ./import-tree;
    # What the template imports is this repository.
    agent-vms = ../..;
  };

  call =
    path:
    let
      flake = import (path + "/flake.nix");
      inputs = builtins.mapAttrs (
        name: _: call (folders.${name} or (throw "There is nothing for the input `${name}'."))
      ) (flake.inputs or { });
      outputs = flake.outputs (inputs // { inherit self; });
      self = outputs // {
        inherit inputs outputs;
        outPath = toString path;
      };
    in
    self;
in
call path
