# The disk image that the machines of all agents start from. `nix build` on
# .#nixosConfigurations.agent-base.config.system.build.qcow2 makes result/nixos.qcow2.
{
  config,
  lib,
  modulesPath,
  pkgs,
  ...
}:
{
  system.build.qcow2 = import "${modulesPath}/../lib/make-disk-image.nix" {
    inherit config lib pkgs;
    baseName = "nixos";
    format = "qcow2";
    diskSize = 20480; # MiB; the copy into the image hangs from 65536 upwards
    # agent-vm.nix boots and mounts the disk by these two.
    partitionTableType = "legacy";
    label = "nixos";
    # The machines are flakes: nothing in them looks for a channel.
    copyChannel = false;
  };
}
