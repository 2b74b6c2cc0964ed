# Imports a function that is called with what it asks for.
{
  imports = [ (import ./banner.nix { text = "hello"; }) ];
}
