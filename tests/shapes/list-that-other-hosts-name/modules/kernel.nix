{ parameters, ... }:

{
  boot.kernelParams = parameters;
}
