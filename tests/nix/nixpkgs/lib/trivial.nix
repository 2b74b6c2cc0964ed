# Functions on values. Whatever is missing here can be added as it comes into use.
rec {
  inherit (builtins)
    all
    any
    attrNames
    attrValues
    concatLists
    concatMap
    concatStringsSep
    elem
    filter
    groupBy
    hasAttr
    head
    isAttrs
    isBool
    isFunction
    isInt
    isList
    isPath
    isString
    length
    listToAttrs
    map
    mapAttrs
    replaceStrings
    tail
    toJSON
    ;

  id = x: x;
  last = xs: builtins.elemAt xs (length xs - 1);
  singleton = x: [ x ];
  min = a: b: if a < b then a else b;
  imap1 = f: xs: builtins.genList (i: f (i + 1) (builtins.elemAt xs i)) (length xs);
  drop = n: xs: builtins.genList (i: builtins.elemAt xs (n + i)) (length xs - n);
  unique = builtins.foldl' (xs: x: if elem x xs then xs else xs ++ [ x ]) [ ];
  remove = x: filter (y: y != x);
  flatten = x: if isList x then concatMap flatten x else [ x ];

  optional = condition: x: if condition then [ x ] else [ ];
  optionals = condition: xs: if condition then xs else [ ];
  optionalString = condition: s: if condition then s else "";
  optionalAttrs = condition: set: if condition then set else { };

  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  mapAttrs' = f: set: listToAttrs (mapAttrsToList f set);
  filterAttrs =
    keep: set: builtins.removeAttrs set (filter (name: !keep name set.${name}) (attrNames set));

  setAttrByPath =
    path: value: if path == [ ] then value else { ${head path} = setAttrByPath (tail path) value; };
  recursiveUpdate =
    old: new:
    old
    // mapAttrs (
      name: value:
      if isAttrs value && isAttrs (old.${name} or null) then recursiveUpdate old.${name} value else value
    ) new;

  concatMapStringsSep =
    separator: f: xs:
    concatStringsSep separator (map f xs);
  hasPrefix = prefix: s: builtins.substring 0 (builtins.stringLength prefix) s == prefix;
  removePrefix =
    prefix: s:
    if hasPrefix prefix s then builtins.substring (builtins.stringLength prefix) (-1) s else s;

  # Both quote only what a shell would not read as a plain word.
  escapeShellArg =
    x:
    let
      s = toString x;
    in
    if builtins.match "[[:alnum:],._+:@%/-]+" s != null then
      s
    else
      "'${replaceStrings [ "'" ] [ "'\\''" ] s}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;

  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);

  makeBinPath = concatMapStringsSep ":" (package: "${package}/bin");

  assertMsg = condition: message: condition || throw message;
  licenses.mit.spdxId = "MIT";
  platforms.linux = [
    "x86_64-linux"
    "aarch64-linux"
  ];

  getName = package: package.pname or package.name;
  isDerivation = x: isAttrs x && x.type or null == "derivation";
  getExe' = package: name: "${package}/bin/${name}";
  getExe = package: getExe' package (package.meta.mainProgram or package.pname);
}
