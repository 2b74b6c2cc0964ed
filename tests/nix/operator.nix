# What this repository's `nixosModules.agent-host` makes of a machine that runs the hosts of the
# flake at `root`, as JSON.
{ root }:
let
  flake = import ./call-flake.nix { path = /. + root; };
  ours = import ./call-flake.nix { path = ../..; };
  inherit (flake.inputs.nixpkgs) lib;

  machine = lib.nixosSystem {
    system = "x86_64-linux";
    modules = [
      ours.nixosModules.agent-host
      {
        agent.host = {
          enable = true;
          user = "alice";
          machines = flake.nixosConfigurations // {
            inherit machine;
          };
        };
        users.users.alice.isNormalUser = true;
        fileSystems."/" = {
          device = "/dev/disk/by-label/nixos";
          fsType = "ext4";
        };
        boot.loader.grub.device = "/dev/sda";
        system.stateVersion = "26.05";
      }
    ];
  };
  inherit (machine) config;
in
{
  failedAssertions = map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
  inherit (config.users.users.alice) linger;
  packages = map (package: package.pname) config.environment.systemPackages;
  libvirt = config.virtualisation.libvirtd.enable;
  units = lib.mapAttrs (_: unit: {
    inherit (unit)
      environment
      preStop
      script
      wantedBy
      ;
    condition = unit.unitConfig;
    path = map (package: package.pname) unit.path;
  }) config.systemd.user.services;
}
