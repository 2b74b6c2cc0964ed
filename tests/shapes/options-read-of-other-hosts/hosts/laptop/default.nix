{
  imports = [ ../../modules/fleet.nix ];

  fleet.role = "desk";
}
