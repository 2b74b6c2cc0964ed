{
  flake.modules.nixos.desktop =
    { lib, ... }:
    {
      imports = [ ./_disks/swap.nix ];
    };
}
