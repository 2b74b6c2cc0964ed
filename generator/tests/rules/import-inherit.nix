let
  inherit (import ./lib/keys.nix) users systems;
  inherit (users) alice bob;
in
{
  "a.age".publicKeys = [ alice bob systems.web ];
}
