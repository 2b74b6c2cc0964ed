# Declares what it says, and asks for what NixOS passes.
{ config, lib, pkgs, ... }:
let
  cfg = config.house.nix;
in
{
  imports = [ ./store.nix ];
  options.house.nix.enable = lib.mkEnableOption "Nix" // {
    default = true;
  };
  options.house.swap.enable = lib.mkEnableOption "swap";
  config = lib.mkMerge [
    (lib.mkIf cfg.enable { nix.package = pkgs.nix; })
    # What a host chooses.
    (lib.mkIf config.house.swap.enable { swapDevices = [ { device = "/swap"; } ]; })
    { networking.hostName = lib.mkDefault "nixos"; }
  ];
}
