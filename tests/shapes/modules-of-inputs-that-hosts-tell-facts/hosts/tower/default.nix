{ lib, ... }:
{
  warden.role = lib.mkForce "server";
}
