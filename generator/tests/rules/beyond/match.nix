let
  pub = name: builtins.match "(.*)\\.pub" name != null;
in
{
  "a.age".publicKeys = map (n: builtins.readFile (../keys + "/${n}")) (builtins.filter pub (builtins.attrNames (builtins.readDir ../keys)));
}
