# The desktop's.
{ swapDevices = [ { device = "/dev/disk/by-label/swap"; } ]; }
