# Options of the system itself: what it boots, mounts and is made of.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkEnableOption mkOption types;
  option = type: default: mkOption { inherit type default; };
  strings = option (types.listOf types.str) [ ];

  scalar = types.oneOf [
    types.bool
    types.int
    types.str
  ];
  section = option (types.attrsOf (types.either scalar (types.listOf scalar))) { };
  service = types.submodule {
    options = {
      description = option types.singleLineStr "";
      after = strings;
      wantedBy = strings;
      path = option (types.listOf types.package) [ ];
      environment = option (types.attrsOf (types.nullOr scalar)) { };
      restartIfChanged = option types.bool true;
      unitConfig = section;
      serviceConfig = section;
      script = option types.lines "";
      preStop = option types.lines "";
    };
  };
in
{
  options = {
    assertions = option (types.listOf (
      types.submodule {
        options = {
          assertion = mkOption { type = types.bool; };
          message = mkOption { type = types.str; };
        };
      }
    )) [ ];
    warnings = strings;

    boot = {
      growPartition = mkEnableOption "growing the root partition on boot";
      initrd.availableKernelModules = strings;
      initrd.kernelModules = strings;
      kernel.sysctl = option (types.attrsOf (
        types.nullOr (
          types.oneOf [
            types.bool
            types.int
            types.str
          ]
        )
      )) { };
      kernelParams = strings;
      loader.grub = {
        enable = option types.bool true;
        device = option types.str "";
        efiSupport = option types.bool false;
      };
      loader.systemd-boot.enable = option types.bool false;
    };

    environment.systemPackages = option (types.listOf types.package) [ ];

    fileSystems = option (types.attrsOf (
      types.submodule {
        options = {
          device = mkOption { type = types.str; };
          fsType = mkOption { type = types.str; };
          autoResize = option types.bool false;
          options = option (types.listOf types.str) [ "defaults" ];
        };
      }
    )) { };

    networking = {
      hostName = option (types.strMatching "$|^[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?$") "nixos";
      networkmanager.enable = mkEnableOption "NetworkManager";
    };

    nixpkgs = {
      hostPlatform = mkOption { type = types.str; };
      overlays = option (types.listOf types.raw) [ ];
    };

    nix.settings = {
      experimental-features = strings;
      trusted-users = strings;
    };

    system = {
      build = option (types.attrsOf types.raw) { };
      stateVersion = mkOption { type = types.strMatching "[0-9]{2}\\.[0-9]{2}"; };
    };

    systemd = {
      targets = option (types.attrsOf (types.submodule { options.enable = option types.bool true; })) { };
      services = option (types.attrsOf service) { };
      user.services = option (types.attrsOf service) { };
    };

    virtualisation.libvirtd = {
      enable = mkEnableOption "the libvirt daemon";
      package = option types.package pkgs.libvirt;
      qemu.package = option types.package pkgs.qemu;
    };
  };

  config = {
    assertions = [
      {
        assertion = config.fileSystems ? "/";
        message = "The ‘fileSystems’ option does not specify your root file system.";
      }
      {
        assertion = config.boot.loader.grub.enable -> config.boot.loader.grub.device != "";
        message = "You must set the option ‘boot.loader.grub.device’ to make the system bootable.";
      }
    ];
    nix.settings.trusted-users = [ "root" ];

    environment.systemPackages =
      let
        inherit (config.virtualisation) libvirtd;
      in
      lib.mkIf libvirtd.enable [
        libvirtd.package
        libvirtd.qemu.package
      ];

    # Like NixOS: there is no system where an assertion fails.
    system.build.toplevel =
      let
        failed = lib.filter (a: !a.assertion) config.assertions;
      in
      if failed == [ ] then
        pkgs.runCommand "nixos-system-${config.networking.hostName}" { } ""
      else
        throw "Failed assertions:${lib.concatMapStringsSep "" (a: "\n- ${a.message}") failed}";
  };
}
