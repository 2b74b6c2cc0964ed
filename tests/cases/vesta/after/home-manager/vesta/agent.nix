{
  imports = [ ../common/agents/base.nix ];

  home.username = "vesta";
  home.homeDirectory = "/home/vesta";

  programs.git.settings.user = {
    name = "Vesta";
    email = "vesta@ncrmro.com";
  };

  home.stateVersion = "26.05";
}
