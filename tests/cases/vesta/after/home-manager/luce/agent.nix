{
  imports = [ ../common/agents/base.nix ];

  home.username = "luce";
  home.homeDirectory = "/home/luce";

  programs.git.settings.user = {
    name = "Luce";
    email = "luce@ncrmro.com";
  };

  home.stateVersion = "24.05";
}
