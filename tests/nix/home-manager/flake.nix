{
  description = "Stands in for Home Manager where configurations are evaluated without it";

  outputs =
    { ... }:
    {
      nixosModules = rec {
        home-manager = ./nixos;
        default = home-manager;
      };
    };
}
