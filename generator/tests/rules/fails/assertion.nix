assert 1 > 2;
{
  "a.age".publicKeys = [ ];
}
