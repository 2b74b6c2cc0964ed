# A flake with stubs for its inputs, without the machinery around it: no lock, no store.
path:
let
  stubs = {
    nixpkgs = ./nixpkgs;
    home-manager = ./home-manager;
    agenix = ./agenix;
    # What the template imports is this repository.
    agent-vms = ../..;
  };

  call =
    path:
    let
      flake = import (path + "/flake.nix");
      inputs = builtins.mapAttrs (
        name: _: call (stubs.${name} or (throw "There is no stub for the input `${name}'."))
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
