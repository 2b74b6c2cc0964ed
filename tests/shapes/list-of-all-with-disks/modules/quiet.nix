{ boot.kernelParams = [ "quiet" ]; }
