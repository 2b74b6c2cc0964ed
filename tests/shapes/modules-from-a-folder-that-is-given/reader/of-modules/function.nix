folder: map (name: folder + "/${name}") (builtins.attrNames (builtins.readDir folder))
