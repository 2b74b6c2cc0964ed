{ inputs, lib }:
let
  inherit (lib) attrValues foldr makeExtensible;

  modules = import ./modules.nix {
    inherit lib;
    self.sets = import ./sets.nix {
      inherit lib;
      self = { };
    };
  };

  library = makeExtensible (
    self: modules.mapModules ./. (file: import file { inherit self lib inputs; })
  );
in
library.extend (_: previous: foldr (one: others: one // others) { } (attrValues previous))
