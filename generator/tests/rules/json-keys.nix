let
  keys = builtins.fromJSON (builtins.readFile ./keys/keys.json);
in
{
  "a.age".publicKeys = [ keys.alice ];
  "b.age".publicKeys = builtins.attrValues (removeAttrs keys [ "alice" "version" ]);
}
