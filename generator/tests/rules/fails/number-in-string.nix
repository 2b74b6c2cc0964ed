{
  "a-${1}.age".publicKeys = [ ];
}
