# Each folder here is a function.
builtins.mapAttrs (name: _: import (./. + "/${name}/function.nix")) { of-modules = builtins.readDir ./of-modules; }
