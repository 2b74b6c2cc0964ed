# Matches definitions with declarations, and makes one value of several definitions.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    isAttrs
    ;
  inherit (lib) isProperty showOption;

  # A property around a set is one around each of its attributes.
  pushDown =
    def:
    let
      inherit (def) file value;
      wrap =
        f: content:
        map (inner: inner // { value = builtins.mapAttrs (_: f) inner.value; }) (pushDown {
          inherit file;
          value = content;
        });
    in
    if isProperty "merge" value then
      concatMap (
        content:
        pushDown {
          inherit file;
          value = content;
        }
      ) value.contents
    else if isProperty "if" value then
      wrap (lib.mkIf value.condition) value.content
    else if isProperty "override" value then
      wrap (lib.mkOverride value.priority) value.content
    else
      [ def ];

  definitionsOf =
    name:
    concatMap (
      def:
      lib.optional (def.value ? ${name}) {
        inherit (def) file;
        value = def.value.${name};
      }
    );

  # Conditions and merges first, then the strongest priority wins, then order.
  discharge =
    def:
    let
      inherit (def) file value;
    in
    if isProperty "merge" value then
      concatMap (
        content:
        discharge {
          inherit file;
          value = content;
        }
      ) value.contents
    else if isProperty "if" value then
      lib.optionals value.condition (discharge {
        inherit file;
        value = value.content;
      })
    else
      [ def ];

  mergeDefinitions =
    loc: type: defs:
    let
      strip = kind: def: if isProperty kind def.value then def // { value = def.value.content; } else def;
      rank =
        kind: default: def:
        if isProperty kind def.value then def.value.priority else default;

      discharged = concatMap discharge defs;
      priority = rank "override" 100;
      strongest = builtins.foldl' (low: def: lib.min low (priority def)) 9999 discharged;
      winners = map (strip "override") (filter (def: priority def == strongest) discharged);
      order = rank "order" 1000;
      ordered = map (strip "order") (builtins.sort (a: b: order a < order b) winners);
      wrong = filter (def: !type.check def.value) ordered;
    in
    {
      isDefined = ordered != [ ];
      value =
        if wrong != [ ] then
          throw "A definition for option `${showOption loc}' is not of type `${type.name}'. Definition values:${lib.showDefs wrong}"
        else
          type.merge loc ordered;
    };

  evalOption =
    loc: declarations: defs:
    let
      option = (builtins.head declarations).value;
      own = concatMap discharge defs;
      defaults = lib.optional (option ? default) {
        inherit (builtins.head declarations) file;
        value = lib.mkOptionDefault option.default;
      };
      merged = mergeDefinitions loc option.type (defs ++ defaults);
    in
    if builtins.length declarations > 1 then
      throw "The option `${showOption loc}' is declared in ${
        lib.concatMapStringsSep " and " (d: d.file) declarations
      }."
    else
      option
      // {
        inherit loc;
        inherit (merged) isDefined;
        value =
          if option.readOnly or false && builtins.length (own ++ defaults) > 1 then
            throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${lib.showDefs own}"
          else if merged.isDefined then
            (option.apply or lib.id) merged.value
          else
            throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option.";
      };

  # Walks declarations and definitions side by side.
  mergeTree =
    loc: declarations: defs:
    let
      checked = map (
        def:
        if isAttrs def.value then
          def
        else
          throw "The option `${showOption loc}' is a set of options, but in `${def.file}' it is defined as ${lib.showValue def.value}."
      ) (concatMap pushDown defs);
      names = attrNames (builtins.foldl' (set: d: set // d.value) { } declarations);
      children = lib.genAttrs names (
        name:
        let
          here = definitionsOf name declarations;
          path = loc ++ [ name ];
          below = definitionsOf name checked;
        in
        if builtins.any (d: lib.isOption d.value) here then
          let
            option = evalOption path here below;
          in
          {
            options = option;
            config = option.value;
            unknown = [ ];
          }
        else
          mergeTree path here below
      );
      strangers = concatMap (
        def:
        map (name: {
          inherit (def) file;
          loc = loc ++ [ name ];
          value = def.value.${name};
        }) (filter (name: !builtins.elem name names) (attrNames def.value))
      ) checked;
    in
    {
      options = builtins.mapAttrs (_: child: child.options) children;
      config = builtins.mapAttrs (_: child: child.config) children;
      unknown = strangers ++ concatMap (name: children.${name}.unknown) names;
    };

in
{
  inherit
    definitionsOf
    mergeDefinitions
    mergeTree
    pushDown
    ;
}
