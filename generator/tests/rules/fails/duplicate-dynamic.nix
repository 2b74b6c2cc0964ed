let
  name = "a.age";
in
{
  "a.age".publicKeys = [ "x" ];
  ${name}.publicKeys = [ "y" ];
}
