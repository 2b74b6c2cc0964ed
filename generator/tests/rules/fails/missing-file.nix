{
  "a.age".publicKeys = [ (builtins.readFile ./keys/nobody.pub) ];
}
