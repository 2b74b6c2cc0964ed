let
  rule = { keys }: { publicKeys = keys; };
in
{
  "a.age" = rule { keys = [ ]; armor = true; };
}
