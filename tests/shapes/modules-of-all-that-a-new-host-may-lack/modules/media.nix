# A share that a machine does without where it isn't there.
{
  fileSystems."/media" = {
    device = "nas:/media";
    fsType = "nfs";
    options = [
      "noauto"
      "x-systemd.automount"
    ];
  };
}
