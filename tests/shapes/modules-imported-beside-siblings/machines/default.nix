{
  imports = [
    ./laptop
    ./tower # the fast one
    ../checks.nix
  ];
}
