let
  exported.fleet = ./fleet;
in
{
  imports = [ exported.fleet ];
  flake.flakeModules = exported;
}
