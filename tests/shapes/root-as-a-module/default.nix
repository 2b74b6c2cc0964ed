{ home-manager, hostName, ... }:
{
  imports = [
    home-manager.nixosModules.home-manager
    ./hosts/${hostName}
  ];

  # Each host's own file makes the person.
  home-manager.users.anna.home.stateVersion = "25.05";
}
