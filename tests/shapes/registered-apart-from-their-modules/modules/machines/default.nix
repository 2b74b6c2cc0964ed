{
  imports = [
    ./larch/configuration.nix
    ./rowan/configuration.nix
  ];
}
