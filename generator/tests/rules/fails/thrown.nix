{
  "a.age".publicKeys = throw "not yet";
}
