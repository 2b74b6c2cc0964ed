# The types: what a definition must look like, and how several become one value.
{ lib }:
let
  inherit (builtins) all isAttrs isString;

  # Several definitions are fine as long as they say the same.
  mergeEqual =
    loc: defs:
    let
      first = builtins.head defs;
    in
    # A function is not even equal to itself.
    if builtins.length defs == 1 || all (def: def.value == first.value) defs then
      first.value
    else
      throw "The option `${lib.showOption loc}' has conflicting definition values:${lib.showDefs defs}";

  mkType = name: check: {
    inherit name check;
    merge = mergeEqual;
  };

  strOf = name: check: mkType name (x: isString x && check x);

  self = {
    bool = mkType "boolean" builtins.isBool;
    int = mkType "signed integer" builtins.isInt;
    ints = {
      unsigned = mkType "unsigned integer, meaning >=0" (x: builtins.isInt x && x >= 0);
      positive = mkType "positive integer, meaning >0" (x: builtins.isInt x && x > 0);
      between =
        low: high:
        mkType "integer between ${toString low} and ${toString high} (both inclusive)" (
          x: builtins.isInt x && x >= low && x <= high
        );
    };
    port = self.ints.between 0 65535 // {
      name = "16 bit unsigned integer; between 0 and 65535 (both inclusive)";
    };

    str = mkType "string" isString;
    singleLineStr = strOf "(optionally newline-terminated) single-line string" (
      s: builtins.match "[^\n\r]*\n?" s != null
    );
    strMatching =
      pattern: strOf "string matching the pattern ${pattern}" (s: builtins.match pattern s != null);
    lines = self.str // {
      merge = _: defs: builtins.concatStringsSep "\n" (map (def: def.value) defs);
    };

    path = mkType "path" (
      x: builtins.isPath x || lib.isDerivation x || isString x && builtins.substring 0 1 x == "/"
    );
    package = mkType "package" lib.isDerivation;
    enum =
      values: mkType "one of ${lib.concatMapStringsSep ", " lib.showValue values}" (x: lib.elem x values);

    raw = mkType "raw value" (_: true);
    anything = self.raw // {
      merge =
        loc: defs:
        if builtins.length defs > 1 && all (def: isAttrs def.value) defs then
          (self.attrsOf self.anything).merge loc defs
        else
          mergeEqual loc defs;
    };

    nullOr = elem: {
      name = "null or ${elem.name}";
      check = x: x == null || elem.check x;
      merge =
        loc: defs: if all (def: def.value != null) defs then elem.merge loc defs else mergeEqual loc defs;
    };

    either = a: b: {
      name = "${a.name} or ${b.name}";
      check = x: a.check x || b.check x;
      merge =
        loc: defs:
        if all (def: a.check def.value) defs then
          a.merge loc defs
        else if all (def: b.check def.value) defs then
          b.merge loc defs
        else
          mergeEqual loc defs;
    };
    oneOf = types: builtins.foldl' self.either (builtins.head types) (builtins.tail types);

    listOf = elem: {
      name = "list of ${elem.name}";
      check = builtins.isList;
      merge =
        loc: defs:
        let
          entries = builtins.concatMap (
            def:
            map (value: {
              inherit (def) file;
              inherit value;
            }) def.value
          ) defs;
          merged = lib.imap1 (
            i: entry: lib.mergeDefinitions (loc ++ [ "[definition ${toString i}-entry]" ]) elem [ entry ]
          ) entries;
        in
        map (entry: entry.value) (builtins.filter (entry: entry.isDefined) merged);
    };

    attrsOf = elem: {
      name = "attribute set of ${elem.name}";
      check = isAttrs;
      merge =
        loc: defs:
        let
          pushed = builtins.concatMap lib.pushDown defs;
          names = builtins.attrNames (builtins.foldl' (set: def: set // def.value) { } pushed);
          merged = lib.genAttrs names (
            name: lib.mergeDefinitions (loc ++ [ name ]) elem (lib.definitionsOf name pushed)
          );
        in
        builtins.mapAttrs (_: entry: entry.value) (lib.filterAttrs (_: entry: entry.isDefined) merged);
    };

    # A set given to this one is a definition, whatever its attributes are called; a set given
    # to submoduleWith is a module and may import others.
    submodule =
      module:
      self.submoduleWith {
        modules = [ module ];
        shorthandOnlyDefinesConfig = true;
      };
    submoduleWith =
      {
        modules,
        specialArgs ? { },
        shorthandOnlyDefinesConfig ? false,
      }:
      let
        moduleOf =
          def:
          lib.setFile def.file (
            if shorthandOnlyDefinesConfig && isAttrs def.value then { config = def.value; } else def.value
          );
      in
      {
        name = "submodule";
        check = x: isAttrs x || builtins.isFunction x || self.path.check x;
        getSubOptions =
          prefix:
          (lib.evalModules {
            inherit modules prefix specialArgs;
            args.name = "<name>";
          }).options;
        merge =
          loc: defs:
          let
            inherit
              (lib.evalModules {
                modules = modules ++ map moduleOf defs;
                inherit specialArgs;
                args.name = lib.last loc;
                prefix = loc;
              })
              config
              ;
          in
          if shorthandOnlyDefinesConfig then removeAttrs config [ "_module" ] else config;
      };
  };
in
self
