# What the machines of all agents and the base image have in common: the guest, and your facts.
{ inputs, lib, ... }:
{
  imports = [ inputs.agent-vms.nixosModules.agent-vm ];

  agent.settings = lib.importTOML ../../../agent-tool.toml;

  home-manager = {
    useGlobalPkgs = true;
    useUserPackages = true;
    sharedModules = [ inputs.agent-vms.homeModules.agent ];
  };
}
