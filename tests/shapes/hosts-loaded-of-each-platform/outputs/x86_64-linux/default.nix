{ lib, inputs, ... }@arguments:
let
  loaded = inputs.haumea.lib.load {
    src = ./src;
    inputs = arguments;
  };
  outputs = {
    nixosConfigurations = lib.mergeAttrsList (
      map (it: it.nixosConfigurations or { }) (builtins.attrValues loaded)
    );
  };
in
outputs // { inherit loaded; }
