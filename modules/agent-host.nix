# The machine that runs agents' virtual machines: what `qemu:///session` needs, for one user.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.agent.host;
  inherit (config.virtualisation) libvirtd;

  # A base image has the options too, but no ports: nothing runs it as it is.
  isGuest =
    _: machine:
    machine.options ? agent.vm
    && machine.options.agent.vm.sshPort.isDefined
    && machine.options.agent.vm.spicePort.isDefined;
  guests = lib.mapAttrs (_: machine: machine.config.agent.vm) (lib.filterAttrs isGuest cfg.machines);
  autostarted = lib.escapeShellArgs (lib.attrNames (lib.filterAttrs (_: vm: vm.autostart) guests));

  # The ports of the loopback interface, each with who wants it.
  forwards = lib.groupBy (forward: toString forward.port) (
    lib.concatLists (
      lib.mapAttrsToList (
        machine: vm:
        map (port: { inherit machine port; }) [
          vm.sshPort
          vm.spicePort
        ]
      ) guests
    )
  );
in
{
  options.agent.host = {
    enable = lib.mkEnableOption "running the virtual machines of agents on this machine";

    user = lib.mkOption {
      type = lib.types.str;
      example = "alice";
      description = ''
        User whose session runs the machines: the one who deploys them. The account itself is
        defined elsewhere; its session lasts without a login.
      '';
    };

    machines = lib.mkOption {
      type = lib.types.attrsOf lib.types.raw;
      default = { };
      example = lib.literalExpression "inputs.self.nixosConfigurations";
      description = ''
        NixOS configurations by the names of their libvirt domains. Those that are guests
        (`agent.vm`) must not want the same port, and those with `agent.vm.autostart` come up
        together with this machine, once they are deployed. Others are ignored, this machine's
        own among them.
      '';
    };

    viewer = lib.mkOption {
      type = lib.types.bool;
      default = true;
      example = false;
      description = ''
        Whether to install {command}`remote-viewer`, which shows a guest's desktop.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    virtualisation.libvirtd.enable = true;

    # The session's daemon looks for its helpers on the PATH of whoever starts it. libvirtd puts
    # virsh and QEMU there, and domains name QEMU by its place in /run/current-system/sw, which no
    # garbage collection takes away.
    environment.systemPackages = [ pkgs.passt ] ++ lib.optional cfg.viewer pkgs.virt-viewer;

    users.users.${cfg.user}.linger = true;

    systemd.user.services.agent-vms = lib.mkIf (autostarted != "") {
      description = "Virtual machines of agents";
      wantedBy = [ "default.target" ];
      unitConfig.ConditionUser = cfg.user;
      path = [
        libvirtd.package
        libvirtd.qemu.package
        pkgs.passt
      ];
      environment = {
        LIBVIRT_DEFAULT_URI = "qemu:///session";
        LC_ALL = "C"; # the words of `domstate`
      };
      restartIfChanged = false;
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = true;
        # Machines that were started since are children of the same daemon.
        KillMode = "process";
      };
      script = ''
        failed=0
        for machine in ${autostarted}; do
          if ! state=$(virsh domstate "$machine"); then
            echo "$machine is passed over until it is deployed"
          elif [[ $state == "shut off" || $state == crashed ]]; then
            virsh start "$machine" || failed=1
          fi
        done
        exit "$failed"
      '';
      # Without it, the machines would lose power when this one shuts down.
      preStop = ''
        for machine in ${autostarted}; do
          virsh shutdown "$machine" || true
        done
        for machine in ${autostarted}; do
          while state=$(virsh domstate "$machine") && [[ $state == running && SECONDS -lt 60 ]]; do
            sleep 1
          done
        done
      '';
    };

    assertions = [
      {
        assertion = config.users.users.${cfg.user}.isNormalUser;
        message = "agent.host.user: ${cfg.user} has no account here: define users.users.${cfg.user}.";
      }
    ]
    ++ lib.mapAttrsToList (port: users: {
      assertion = lib.length users == 1;
      message = "agent.host.machines: port ${port} is wanted by ${
        lib.concatMapStringsSep " and " (user: user.machine) users
      }.";
    }) forwards;
  };
}
