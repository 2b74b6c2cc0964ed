{
  imports = [ ../common/agents/base.nix ];

  home.username = "aria";
  home.homeDirectory = "/home/aria";

  programs.git.settings.user = {
    name = "Aria";
    email = "aria@example.com";
  };

  home.stateVersion = "26.05";
}
