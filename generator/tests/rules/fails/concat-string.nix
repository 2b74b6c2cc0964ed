{
  "a.age".publicKeys = [ "x" ] ++ "y";
}
