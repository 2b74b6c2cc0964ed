{ lib, ... }:
{
  warden.role = lib.mkForce "server";
  hjem.users.root.enable = true;
}
