{
  imports = [ ./shell.nix ];
}
