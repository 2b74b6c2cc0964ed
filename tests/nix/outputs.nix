# Evaluates everything in one of a flake's outputs, to what Nix would do with it:
#
#   nix eval --json .#checks --apply "import ./tests/nix/outputs.nix"
let
  visit =
    x:
    if builtins.isFunction x then
      "a function"
    else if builtins.isPath x then
      if builtins.pathExists x then baseNameOf x else throw "There is no ${toString x}."
    else if !builtins.isAttrs x then
      x
    else if x.type or null == "derivation" then
      x.drvPath
    else if x ? config && x ? options then
      x.config.system.build.toplevel.drvPath
    else
      builtins.mapAttrs (_: visit) x;
in
visit
