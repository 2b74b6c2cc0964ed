{ lib, ... }:
{
  services.openssh.enable = true;
  boot.initrd.postDeviceCommands = lib.mkAfter ''
    zfs rollback -r shelves/local/root@blank
  '';
}
