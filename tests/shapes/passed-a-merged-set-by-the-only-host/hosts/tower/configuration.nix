{ agenix, username, ... }:
{
  imports = [ agenix.nixosModules.default ];
  networking.hostName = "tower";
  users.users.${username}.isNormalUser = true;
}
