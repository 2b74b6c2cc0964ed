{ hostname, ... }:
{
  imports = [
    ./base.nix
    ../hosts/${hostname}
  ];
}
