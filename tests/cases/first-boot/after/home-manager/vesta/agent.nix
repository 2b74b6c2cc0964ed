{
  imports = [ ../common/agents/base.nix ];

  home.username = "vesta";
  home.homeDirectory = "/home/vesta";

  programs.git.settings.user = {
    name = "Vesta-of-the-Hearth";
    email = "v@example.com";
  };

  home.stateVersion = "26.05";
}
