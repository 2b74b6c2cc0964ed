{ pkgs, ... }:
{
  users.users.aria = {
    isNormalUser = true;
    description = "Autonomous agent Aria";
    extraGroups = [
      "wheel"
      "networkmanager"
    ];
    initialPassword = "password"; # for console and SPICE; SSH takes keys only
    shell = pkgs.bash;
    openssh.authorizedKeys.keys = import ./keys.nix;
  };
}
