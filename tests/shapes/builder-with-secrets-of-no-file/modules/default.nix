{
  imports = [
    ./keys.nix
    ./wifi.nix
  ];
}
