# What the homes of all agents have in common.
{ config, pkgs, ... }:
let
  sshKey = "${config.home.homeDirectory}/.ssh/id_ed25519";
in
{
  home.packages = with pkgs; [
    bat
    bitwarden-cli
    eza
    fd
    fzf
    htop
    jq
    ripgrep
    tmux
    tree
  ];

  # Home Manager hands the aliases on to the shells that it manages.
  programs.bash.enable = true;
  home.shellAliases = {
    ls = "eza";
    ll = "eza --long --git";
    la = "eza --long --git --all";
    lt = "eza --tree";
    gd = "git diff";
    gl = "git log --oneline --graph";
    gst = "git status --short --branch";
  };

  # A login waits for basic.target, so that the first shell, and with it the first commit,
  # already finds the key. A unit in front of that target must not have the default
  # dependencies, which would order it behind.
  systemd.user.services.ssh-key = {
    Unit = {
      Description = "Generate the SSH key of %u";
      ConditionPathExists = "!${sshKey}";
      DefaultDependencies = false;
      Before = [ "basic.target" ];
    };
    Service = {
      Type = "oneshot";
      ExecStart = ''${pkgs.openssh}/bin/ssh-keygen -q -t ed25519 -N "" -C %u@%H -f ${sshKey}'';
    };
    Install.WantedBy = [ "basic.target" ];
  };

  programs.git = {
    enable = true;
    signing = {
      format = "ssh";
      key = "${sshKey}.pub"; # ssh-keygen finds the private half beside it
      signByDefault = true;
    };
  };

  # GNOME's own SSH agent takes care of SSH keys.
  services.gnome-keyring = {
    enable = true;
    components = [
      "pkcs11"
      "secrets"
    ];
  };
}
