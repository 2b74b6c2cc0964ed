{
  description = "Stands in for agenix where configurations are evaluated without it";

  outputs =
    { ... }:
    {
      nixosModules = rec {
        age = ./modules/age.nix;
        default = age;
      };
    };
}
