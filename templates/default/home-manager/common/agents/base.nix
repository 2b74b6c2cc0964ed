# What the homes of all agents have in common, beside the module `homeModules.agent`.
{
  home.shellAliases.gp = "git push";
}
