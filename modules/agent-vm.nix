# The guest: what the machine of an agent and the base image have in common.
{
  config,
  lib,
  modulesPath,
  pkgs,
  ...
}:
let
  inherit (config.agent.settings) admin-user login-server;
  inherit (config.services.tailscale) authKeyFile;

  tailnetFlags = [
    "--login-server=${login-server}"
    "--advertise-tags=tag:agent"
  ];

  # The NixOS module uses extraUpFlags only where an auth key is given; without one a person
  # joins the tailnet by `sudo agent-tailnet-up` and opens the link that it prints.
  agent-tailnet-up = pkgs.writeShellApplication {
    name = "agent-tailnet-up";
    runtimeInputs = [ config.services.tailscale.package ];
    text = ''
      exec tailscale up ${lib.escapeShellArgs tailnetFlags} "$@"
    '';
  };
in
{
  imports = [
    "${modulesPath}/profiles/qemu-guest.nix"
    ./agent.nix
  ];

  # What libvirt runs; a flake that says it otherwise, as by `system`, may say the same.
  nixpkgs.hostPlatform = lib.mkDefault "x86_64-linux";

  # The disk as qcow.nix of the base image makes it: one ext4 partition behind an MBR, for the
  # BIOS that libvirt boots by default.
  fileSystems."/" = {
    device = "/dev/disk/by-label/nixos";
    fsType = "ext4";
    autoResize = true;
  };

  boot = {
    # Of what a flake says of all its machines, most often systemd-boot, a BIOS starts nothing.
    loader = {
      grub = {
        enable = lib.mkForce true;
        device = lib.mkForce "/dev/vda";
        efiSupport = lib.mkForce false;
      };
      systemd-boot.enable = lib.mkForce false;
    };
    growPartition = true;
    # The last one is /dev/console: systemd reports there, and the domain logs this port.
    kernelParams = [
      "console=tty0"
      "console=ttyS0,115200"
    ];
  };

  # spice-vdagent shares the clipboard and lets the desktop follow the viewer's window size.
  services.spice-vdagentd.enable = true;
  services.qemuGuest.enable = true;

  services.desktopManager.gnome.enable = true;
  services.displayManager = {
    gdm = {
      enable = true;
      autoSuspend = false;
    };
    # Without this, naming a user would be enough to log in; each agent's host turns it on.
    autoLogin.enable = lib.mkDefault false;
  };
  services.gnome.gnome-initial-setup.enable = false;

  # GNOME suspends an idle machine; nobody would be there to wake an agent's.
  systemd.targets =
    lib.genAttrs [ "sleep" "suspend" "hibernate" "hybrid-sleep" "suspend-then-hibernate" ]
      (_: {
        enable = false;
      });

  networking.networkmanager.enable = true;

  # A switch does not rename the running machine, and the first one makes an agent of the
  # base image; sysctl does.
  boot.kernel.sysctl."kernel.hostname" = config.networking.hostName;

  services.openssh = {
    enable = true;
    # The initial passwords are public: they serve the console and SPICE alone.
    settings = {
      PasswordAuthentication = false;
      KbdInteractiveAuthentication = false;
      PermitRootLogin = "no";
    };
    # agenix decrypts with this key too.
    hostKeys = [
      {
        path = "/var/ssh/ssh_host_ed25519_key";
        type = "ed25519";
      }
    ];
  };

  services.tailscale = {
    enable = true;
    extraUpFlags = tailnetFlags;
  };
  environment.systemPackages = [ agent-tailnet-up ];

  # Until the secrets are sealed to this machine there is no key to join with, which must not
  # fail the boot or the switch. Where there is one, it joins by the name that sysctl gives it.
  systemd.services.tailscaled-autoconnect = lib.mkIf (authKeyFile != null) {
    after = [ "systemd-sysctl.service" ];
    unitConfig.ConditionPathExists = authKeyFile;
  };

  # A switch over SSH runs as the admin user, who has no terminal to type a password at.
  # Agents are in wheel, where sudo asks for one.
  security.sudo.extraRules = [
    {
      users = [ admin-user ];
      commands = [
        {
          command = "ALL";
          options = [ "NOPASSWD" ];
        }
      ];
    }
  ];

  nix.settings = {
    experimental-features = [
      "nix-command"
      "flakes"
    ];
    # A switch with --target-host copies store paths that no cache has signed.
    trusted-users = [ admin-user ];
  };

  assertions = [
    {
      assertion = config.users.users ? ${admin-user};
      message = "The admin user ${admin-user} has no account here: define users.users.${admin-user}.";
    }
  ];
}
