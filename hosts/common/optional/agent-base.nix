# What the machines of all agents and the base image have in common: the guest, and this
# flake's own facts. The hosts themselves import the NixOS module of Home Manager.
{ lib, ... }:
{
  imports = [ ../../../modules/agent-vm.nix ];

  agent.settings = lib.importTOML ../../../agent-tool.toml;

  home-manager = {
    useGlobalPkgs = true;
    useUserPackages = true;
  };
}
