let
  names = builtins.attrNames (builtins.readDir ./keys);
  keys = map (name: builtins.readFile (./keys + ("/" + name))) names;
in
{
  "a.age".publicKeys = keys;
}
