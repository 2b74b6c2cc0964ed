{ config, lib, ... }:
{
  assertions = [
    {
      assertion = lib.elem config.networking.hostName [
        "laptop"
        "tower"
      ];
      message = "There is no such machine.";
    }
  ];
}
