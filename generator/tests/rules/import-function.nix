let
  group = import ./lib/group.nix { inherit (import ./lib/keys.nix) users; };
in
{
  "a.age".publicKeys = group [ "alice" "bob" ];
  "b.age".publicKeys = group [ ];
}
