let
  s = { publicKeys = [ "x" ]; };
in
{
  a = s;
  a.armor = true;
}
