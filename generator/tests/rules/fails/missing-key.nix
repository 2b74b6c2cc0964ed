let
  users = { };
in
{
  "a.age".publicKeys = [ users.alice ];
}
