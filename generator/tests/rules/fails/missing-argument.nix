let
  rule = { keys, armor }: { publicKeys = keys; };
in
{
  "a.age" = rule { keys = [ ]; };
}
