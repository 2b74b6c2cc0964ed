# The summary of one host, after every option that has a definition was evaluated; with the real
# module system, which has many that nobody asks for, after the system itself was.
{ lib, root }:
{ config, options, ... }:
let
  relative = path: lib.removePrefix "${root}/" (toString path);

  # The files of the tree that make up a configuration; the stubs may lie in it too.
  isOurs = file: lib.hasPrefix "${root}/" file && !lib.hasPrefix "${toString ./.}/" file;
  tree =
    module:
    if isStub then
      builtins.sort builtins.lessThan (map relative (lib.filter isOurs module._module.files))
    else
      null;
  isStub = config ? _module;

  defined =
    option:
    if lib.isOption option then
      lib.optional option.isDefined option.value
    else
      lib.concatMap defined (lib.attrValues option);

  valueOr = default: option: if option.isDefined then option.value else default;

  user = account: {
    inherit (account)
      description
      extraGroups
      isNormalUser
      initialPassword
      ;
    shell = account.shell.pname or account.shell;
    authorizedKeys = account.openssh.authorizedKeys.keys;
  };

  secret =
    name: secret:
    if builtins.pathExists secret.file then
      {
        inherit (secret)
          group
          mode
          owner
          path
          ;
        file = relative secret.file;
      }
    else
      throw "The file of age.secrets.${name} does not exist: ${relative secret.file}";

  account = account: {
    inherit (account)
      address
      folders
      imap
      passwordCommand
      primary
      realName
      smtp
      userName
      ;
    himalaya = account.himalaya.enable;
  };

  home = home: {
    inherit (home.home) homeDirectory stateVersion username;
    files = tree home;
    git = {
      inherit (home.programs.git) enable;
      inherit (home.programs.git.signing) format key signByDefault;
      inherit (home.programs.git.settings.user) email name;
    };
    mail = lib.mapAttrs (_: account) home.accounts.email.accounts;
    packages = builtins.sort builtins.lessThan (map lib.getName home.home.packages);
    sshKey =
      let
        inherit (home.systemd.user.services.ssh-key) Install Service Unit;
      in
      {
        inherit (Unit) ConditionPathExists DefaultDependencies;
        before = toString Unit.Before;
        start = toString Service.ExecStart;
        wantedBy = toString Install.WantedBy;
      };
  };

  summary = {
    inherit (config.networking) hostName;
    inherit (config.system) stateVersion;
    files = tree config;
    users = lib.mapAttrs (_: user) (
      lib.filterAttrs (_: account: account.isNormalUser) config.users.users
    );
    homes = lib.mapAttrs (_: home) config.home-manager.users;
    vm = lib.mapAttrs (_: valueOr null) options.agent.vm;
    autoLogin = {
      inherit (config.services.displayManager.autoLogin) enable user;
    };
    secrets = lib.mapAttrs secret (config.age.secrets or { });
    identityPaths = config.age.identityPaths or [ ];
    sudo = {
      inherit (config.security.sudo) extraRules wheelNeedsPassword;
    };
    ssh = {
      inherit (config.services.openssh) enable hostKeys settings;
    };
    tailscale = {
      inherit (config.services.tailscale) authKeyFile enable extraUpFlags;
      joinsAfter = config.systemd.services.tailscaled-autoconnect.after or [ ];
      waitsFor = config.systemd.services.tailscaled-autoconnect.unitConfig.ConditionPathExists or null;
    };
    boot = {
      inherit (config.boot) growPartition kernelParams;
      inherit (config.boot.initrd) availableKernelModules;
      grub = {
        inherit (config.boot.loader.grub) device efiSupport enable;
      };
      systemdBoot = config.boot.loader.systemd-boot.enable;
      root = {
        inherit (config.fileSystems."/") autoResize device fsType;
      };
    };
    guestAgent = config.services.qemuGuest.enable;
    # The stub is what the image was asked to be.
    image = if isStub then config.system.build.qcow2 or null else null;
    failedAssertions = map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
    inherit (config) warnings;
  };
in
builtins.deepSeq (if isStub then defined options else config.system.build.toplevel.drvPath) summary
