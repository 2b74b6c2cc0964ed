{
  imports = [
    ./larch.nix
    ./rowan.nix
  ];
}
