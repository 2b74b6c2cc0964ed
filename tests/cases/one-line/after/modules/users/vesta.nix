{ pkgs, ... }:
{
  users.users.vesta = {
    isNormalUser = true;
    description = "Autonomous agent Vesta";
    extraGroups = [
      "wheel"
      "networkmanager"
    ];
    initialPassword = "password"; # for console and SPICE; SSH takes keys only
    shell = pkgs.bash;
    openssh.authorizedKeys.keys = import ./keys.nix;
  };
}
