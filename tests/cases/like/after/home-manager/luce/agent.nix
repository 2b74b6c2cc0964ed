{
  imports = [ ../common/agents/base.nix ];

  home.username = "luce";
  home.homeDirectory = "/home/luce";

  programs.git.settings.user = {
    name = "Luce";
    email = "luce@ncrmro.com";
  };

  # Luce reads what lucerne.example writes.
  programs.newsboat.urls = [ { url = "https://lucerne.example/feed"; } ];

  home.stateVersion = "24.05";
}
