{
  "a.age".publicKeys = [ "x" ]
}
