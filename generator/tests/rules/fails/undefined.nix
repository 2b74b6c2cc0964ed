{
  "a.age".publicKeys = [ alice ];
}
