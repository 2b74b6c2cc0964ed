let
  nobody = alice;
in
{
  "a.age".publicKeys = [ "x" ];
}
