{ pkgs, ... }:
{
  users.users.{{ name }} = {
    isNormalUser = true;
    description = {{ description|nix }};
    extraGroups = [
      "wheel"
      "networkmanager"
    ];
    initialPassword = "password"; # for console and SPICE; SSH takes keys only
    shell = pkgs.bash;
    openssh.authorizedKeys.keys = import {{ keys }};
  };
}
