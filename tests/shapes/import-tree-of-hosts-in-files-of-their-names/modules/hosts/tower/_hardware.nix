{
  boot.initrd.availableKernelModules = [ "nvme" ];
}
