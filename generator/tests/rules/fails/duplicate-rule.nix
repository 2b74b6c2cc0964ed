{
  "a.age".publicKeys = [ "x" ];
  "a.age".publicKeys = [ "y" ];
}
