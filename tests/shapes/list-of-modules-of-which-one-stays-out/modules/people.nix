{
  home-manager.users.carol.home.stateVersion = "25.05";
}
