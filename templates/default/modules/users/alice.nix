{ pkgs, ... }:
{
  users.users.alice = {
    isNormalUser = true;
    description = "Administrator";
    extraGroups = [
      "wheel"
      "networkmanager"
    ];
    initialPassword = "password"; # for console and SPICE; SSH takes keys only
    shell = pkgs.bash;
    openssh.authorizedKeys.keys = import ./keys.nix;
  };
}
