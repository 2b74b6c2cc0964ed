{ inputs, system, user, ... }:
{
  users.users.${user}.isNormalUser = true;
  environment.systemPackages = [ inputs.tools.packages.${system}.default ];
}
