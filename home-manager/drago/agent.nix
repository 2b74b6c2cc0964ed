{
  imports = [ ../common/agents/base.nix ];

  home.username = "drago";
  home.homeDirectory = "/home/drago";

  programs.git.settings.user = {
    name = "Drago";
    email = "drago@ncrmro.com";
  };

  home.stateVersion = "24.05";
}
