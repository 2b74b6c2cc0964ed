{
  imports = [ {{ shared }} ];

  home.username = "{{ name }}";
  home.homeDirectory = "/home/{{ name }}";

  programs.git.settings.user = {
    name = {{ full_name|nix }};
    email = {{ email|nix }};
  };

  home.stateVersion = {{ state_version|nix }};
}
