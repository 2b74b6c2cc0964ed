{ config, ... }:
{
  networking.wg-quick.interfaces.wg0.privateKeyFile = ./keys + "/${config.networking.hostName}.key";
}
