{
  nixpkgs,
  home-manager,
  specialArgs,
  system,
  ...
}:
nixpkgs.lib.nixosSystem {
  inherit specialArgs system;
  modules = [
    ./configuration.nix
    home-manager.nixosModules.home-manager
    { home-manager.users.${specialArgs.username} = import ../../home.nix; }
  ];
}
