# What the homes of all agents have in common. Packages, aliases and settings for each of them
# belong here; what other flakes import too is in the module.
{
  imports = [ ../../../modules/agent-home.nix ];
}
