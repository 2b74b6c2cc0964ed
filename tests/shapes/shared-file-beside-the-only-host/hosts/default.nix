{
  inputs,
  lib,
  modules,
  hostModules,
  ...
}:
{
  tower = lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [
      ./tower
      ./configuration.nix
      ./graphics.nix
    ]
    ++ modules
    ++ hostModules;
  };
}
