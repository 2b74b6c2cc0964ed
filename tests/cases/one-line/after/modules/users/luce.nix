{ pkgs, ... }:
{
  users.users.luce = {
    isNormalUser = true;
    description = "Autonomous agent Luce";
    extraGroups = [
      "wheel"
      "networkmanager"
    ];
    initialPassword = "password"; # for console and SPICE; SSH takes keys only
    shell = pkgs.bash;
    openssh.authorizedKeys.keys = import ./keys.nix;
  };
}
