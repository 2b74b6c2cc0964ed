{
  outputs =
    inputs:
    inputs.snowfall-lib.mkFlake {
      inherit inputs;
      src = ./.;
      snowfall.namespace = "site";

      systems.modules.nixos = with inputs; [
        home-manager.nixosModules.home-manager
        garden.nixosModules.default
      ];

      systems.hosts.tower.modules = with inputs; [ stylix.nixosModules.stylix ];
    };
}
