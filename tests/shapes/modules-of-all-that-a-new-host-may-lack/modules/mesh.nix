# Looks each host up in a table.
{ config, ... }:
let
  addresses = {
    fjord = "10.0.0.1";
    heath = "10.0.0.2";
  };
in
{
  networking.extraHosts = "${addresses.${config.networking.hostName}} self";
}
