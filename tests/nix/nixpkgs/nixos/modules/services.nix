# Services: the desktop, the guest side of the virtual machine, SSH and the tailnet.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkEnableOption mkOption types;
  option = type: default: mkOption { inherit type default; };
in
{
  options.services = {
    desktopManager.gnome.enable = mkEnableOption "GNOME";
    gnome.gnome-initial-setup.enable = mkEnableOption "GNOME Initial Setup";

    displayManager = {
      gdm = {
        enable = mkEnableOption "GDM";
        autoSuspend = option types.bool true;
      };
      autoLogin = {
        enable = option types.bool (config.services.displayManager.autoLogin.user != null);
        user = option (types.nullOr types.str) null;
      };
    };

    spice-vdagentd.enable = mkEnableOption "the SPICE agent";
    qemuGuest.enable = mkEnableOption "the QEMU guest agent";

    openssh = {
      enable = mkEnableOption "the SSH server";
      hostKeys = option (types.listOf (types.attrsOf types.anything)) [
        {
          type = "rsa";
          bits = 4096;
          path = "/etc/ssh/ssh_host_rsa_key";
        }
        {
          type = "ed25519";
          path = "/etc/ssh/ssh_host_ed25519_key";
        }
      ];
      settings = {
        PasswordAuthentication = option types.bool true;
        KbdInteractiveAuthentication = option types.bool true;
        PermitRootLogin = option (types.enum [
          "yes"
          "prohibit-password"
          "forced-commands-only"
          "no"
        ]) "prohibit-password";
      };
    };

    tailscale = {
      enable = mkEnableOption "Tailscale";
      package = option types.package pkgs.tailscale;
      authKeyFile = option (types.nullOr types.path) null;
      extraUpFlags = option (types.listOf types.str) [ ];
      openFirewall = option types.bool false;
    };
  };

  config = {
    # GNOME turns it on, and a host may turn it off again.
    services.gnome.gnome-initial-setup.enable = lib.mkIf config.services.desktopManager.gnome.enable (
      lib.mkDefault true
    );

    # The only unit that uses extraUpFlags.
    systemd.services.tailscaled-autoconnect =
      let
        inherit (config.services) tailscale;
      in
      lib.mkIf (tailscale.enable && tailscale.authKeyFile != null) {
        after = [ "tailscaled.service" ];
        wantedBy = [ "multi-user.target" ];
        path = [ tailscale.package ];
        script = ''
          tailscale up --auth-key "$(cat ${tailscale.authKeyFile})" ${toString tailscale.extraUpFlags}
        '';
      };

    assertions = [
      {
        assertion =
          let
            inherit (config.services.displayManager) autoLogin;
          in
          autoLogin.enable -> autoLogin.user != null;
        message = "services.displayManager.autoLogin.enable requires services.displayManager.autoLogin.user to be set";
      }
    ];
  };
}
