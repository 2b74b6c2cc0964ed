with { alice = "x"; };
{
  "a.age".publicKeys = [ bob ];
}
