# Declarations of options, and the properties that a definition can carry.
rec {
  mkOption = attrs: attrs // { _type = "option"; };
  isOption = x: builtins.isAttrs x && x._type or null == "option";
  literalExpression = text: {
    _type = "literalExpression";
    inherit text;
  };

  literalMD = text: {
    _type = "literalMD";
    inherit text;
  };

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  isProperty = kind: x: builtins.isAttrs x && x._type or null == kind;

  showOption = builtins.concatStringsSep ".";
  showValue =
    x:
    if builtins.isFunction x then
      "<function>"
    else if builtins.isPath x then
      toString x
    else if builtins.isList x then
      "[ ${builtins.concatStringsSep " " (map showValue x)} ]"
    else if builtins.isAttrs x then
      if x.type or null == "derivation" then
        "<derivation ${x.name}>"
      else
        "{ ${builtins.concatStringsSep " " (map (n: "${n} = …;") (builtins.attrNames x))} }"
    else
      builtins.toJSON x;
  showDefs = builtins.foldl' (text: def: "${text}\n- In `${def.file}': ${showValue def.value}") "";
}
