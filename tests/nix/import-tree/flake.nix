{
  description = "Stands in for import-tree, which imports every file below a folder";

  outputs =
    { self }:
    let
      files =
        path:
        builtins.concatMap (
          name:
          let
            below = path + "/${name}";
            kind = (builtins.readDir path).${name};
          in
          if builtins.substring 0 1 name == "_" then
            [ ]
          else if kind == "directory" then
            files below
          else if builtins.match ".*\\.nix" name != null then
            [ below ]
          else
            [ ]
        ) (builtins.attrNames (builtins.readDir path));
    in
    {
      __functor = _: path: { imports = files path; };
    };
}
