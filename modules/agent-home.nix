# What the homes of all agents have in common.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.agent;
in
{
  options.agent = {
    sshKey = lib.mkOption {
      type = lib.types.str;
      default = "${config.home.homeDirectory}/.ssh/id_ed25519";
      defaultText = lib.literalExpression ''"''${config.home.homeDirectory}/.ssh/id_ed25519"'';
      example = "/home/vesta/.ssh/agent";
      description = ''
        Private half of the agent's SSH key, with which it logs in and signs commits. It is
        generated at the first login where it is missing; the public half is beside it.
      '';
    };

    packages = lib.mkOption {
      type = lib.types.listOf lib.types.package;
      default = [
        pkgs.bat
        pkgs.bitwarden-cli
        pkgs.eza
        pkgs.fd
        pkgs.fzf
        pkgs.htop
        pkgs.jq
        pkgs.ripgrep
        pkgs.tmux
        pkgs.tree
      ];
      defaultText = lib.literalMD "common tools for the terminal, and the command of Bitwarden";
      example = lib.literalExpression "[ pkgs.jq ]";
      description = ''
        Programs for the agent's terminal, in place of the default ones. More of them belong into
        {option}`home.packages`.
      '';
    };
  };

  config = {
    home.packages = cfg.packages;

    # Home Manager hands the aliases on to the shells that it manages.
    programs.bash.enable = true;
    home.shellAliases = {
      gd = "git diff";
      gl = "git log --oneline --graph";
      gst = "git status --short --branch";
    }
    // lib.optionalAttrs (lib.elem pkgs.eza cfg.packages) {
      ls = "eza";
      ll = "eza --long --git";
      la = "eza --long --git --all";
      lt = "eza --tree";
    };

    # A login waits for basic.target, so that the first shell, and with it the first commit,
    # already finds the key. A unit in front of that target must not have the default
    # dependencies, which would order it behind.
    systemd.user.services.ssh-key = {
      Unit = {
        Description = "Generate the SSH key of %u";
        ConditionPathExists = "!${cfg.sshKey}";
        DefaultDependencies = false;
        Before = [ "basic.target" ];
      };
      Service = {
        Type = "oneshot";
        # ssh-keygen makes no folder but ~/.ssh.
        ExecStartPre = "${pkgs.coreutils}/bin/mkdir -p -m 0700 ${dirOf cfg.sshKey}";
        ExecStart = ''${pkgs.openssh}/bin/ssh-keygen -q -t ed25519 -N "" -C %u@%H -f ${cfg.sshKey}'';
      };
      Install.WantedBy = [ "basic.target" ];
    };

    programs.git = {
      enable = true;
      signing = {
        format = "ssh";
        key = "${cfg.sshKey}.pub"; # ssh-keygen finds the private half beside it
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
  };
}
