{ owner, ... }:
{
  users.users.${owner}.isNormalUser = true;
}
