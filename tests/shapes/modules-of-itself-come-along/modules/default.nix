{ lib }:
let
  named = file: builtins.replaceStrings [ ".nix" ] [ "" ] (baseNameOf file);
in
builtins.listToAttrs (
  map (file: {
    name = named file;
    value = file;
  }) [ ./base.nix ]
)
