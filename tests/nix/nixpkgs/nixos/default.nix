# `nixosSystem`: the modules that are always there, and the caller's.
{ lib, pkgsFor }:
{
  modules,
  specialArgs ? { },
  system,
}:
let
  modulesPath = toString ./modules;
  pkgs = pkgsFor system;
  evaluated = lib.evalModules {
    modules =
      map (name: "${modulesPath}/${name}") [
        "system.nix"
        "users.nix"
        "security.nix"
        "services.nix"
      ]
      ++ modules;
    args = { inherit pkgs; };
    specialArgs = {
      inherit modulesPath;
    }
    // specialArgs;
  };
in
evaluated // { inherit lib pkgs; }
