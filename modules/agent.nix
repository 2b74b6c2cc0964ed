# What the virtual machine of an agent looks like from outside, and the operator's facts.
# Nothing in the guest depends on `agent.vm`: agent-tool reads it from each host's own file
# and defines the libvirt domain from it.
{
  config,
  lib,
  options,
  ...
}:
let
  cfg = config.agent;
  opts = options.agent;

  # Ports below 1024 would need root on the machine that runs the guest.
  hostPort = lib.types.ints.between 1024 65535;

  hostName = lib.types.strMatching "[A-Za-z0-9.-]+";
in
{
  options.agent = {
    settings = lib.mkOption {
      # agent-tool knows more keys than the ones that a configuration needs.
      type = lib.types.submodule {
        freeformType = lib.types.attrsOf lib.types.anything;
        options = {
          domain = lib.mkOption {
            type = hostName;
            example = "example.com";
            description = "Domain of the agents' mail addresses.";
          };

          mail-host = lib.mkOption {
            type = hostName;
            example = "mail.example.com";
            description = "Mail server of the agents, for IMAP and SMTP.";
          };

          login-server = lib.mkOption {
            type = lib.types.strMatching "https?://[^[:space:]]+";
            example = "https://headscale.example.com";
            description = "Control server of the tailnet that the agents' machines join.";
          };

          admin-user = lib.mkOption {
            type = lib.types.strMatching "[a-z_][a-z0-9_-]*";
            example = "alice";
            description = ''
              User who switches the machine to a new configuration over SSH, and therefore has
              {command}`sudo` without a password. The account itself is defined elsewhere.
            '';
          };

          vm = {
            memory-gib = lib.mkOption {
              type = lib.types.ints.positive;
              default = 4;
              example = 8;
              description = "Memory in GiB of a machine that does not say its own.";
            };

            vcpus = lib.mkOption {
              type = lib.types.ints.positive;
              default = 2;
              example = 4;
              description = "Number of virtual CPUs of a machine that does not say its own.";
            };
          };
        };
      };
      example = lib.literalExpression "lib.importTOML ./agent-tool.toml";
      description = ''
        The operator's facts: the content of {file}`agent-tool.toml`. Home Manager modules find
        them in `osConfig.agent.settings`.
      '';
    };

    vm = {
      sshPort = lib.mkOption {
        type = hostPort;
        example = 2225;
        description = ''
          Port on the loopback interface of the host that is forwarded to SSH in the guest.
        '';
      };

      spicePort = lib.mkOption {
        type = hostPort;
        example = 5902;
        description = ''
          Port on the loopback interface of the host that serves the guest's display by SPICE.
        '';
      };

      macAddress = lib.mkOption {
        # libvirt refuses a multicast address, whose first byte is odd.
        type = lib.types.strMatching "[0-9a-f][02468ace](:[0-9a-f]{2}){5}";
        example = "52:54:00:1a:72:67";
        description = ''
          Hardware address of the guest's network card, in lower case. `52:54:00` is the prefix
          of QEMU.
        '';
      };

      memoryGiB = lib.mkOption {
        type = lib.types.ints.positive;
        default = cfg.settings.vm.memory-gib;
        defaultText = lib.literalExpression "config.agent.settings.vm.memory-gib";
        example = 8;
        description = "Memory of the guest in GiB.";
      };

      vcpus = lib.mkOption {
        type = lib.types.ints.positive;
        default = cfg.settings.vm.vcpus;
        defaultText = lib.literalExpression "config.agent.settings.vm.vcpus";
        example = 4;
        description = "Number of virtual CPUs of the guest.";
      };

      autostart = lib.mkOption {
        type = lib.types.bool;
        default = false;
        example = true;
        description = ''
          Whether the guest starts together with the machine that runs it, where that machine
          lists it in `agent.host.machines`.
        '';
      };
    };
  };

  # The base image sets neither port: no domain runs it as it is.
  config.assertions = lib.optional (opts.vm.sshPort.isDefined && opts.vm.spicePort.isDefined) {
    assertion = cfg.vm.sshPort != cfg.vm.spicePort;
    message = "agent.vm.sshPort and agent.vm.spicePort are both ${toString cfg.vm.sshPort}.";
  };
}
