{
  imports = [ ../common/agents/base.nix ];

  home.username = "vesta";
  home.homeDirectory = "/home/vesta";

  programs.git.settings.user = {
    name = "Vesta";
    email = "vesta@ncrmro.com";
  };

  # Vesta reads what lucerne.example writes.
  programs.newsboat.urls = [ { url = "https://lucerne.example/feed"; } ];

  home.stateVersion = "26.05";
}
