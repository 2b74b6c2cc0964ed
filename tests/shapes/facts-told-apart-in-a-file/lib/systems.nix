{ inputs }:
{ hosts }:
let
  inherit (inputs.nixpkgs) lib;
  make =
    name: host:
    lib.nixosSystem {
      inherit (host) system modules;
      specialArgs = { inherit inputs; };
    };
  all = lib.mapAttrsToList (name: host: { inherit name host; }) hosts;
  of =
    system:
    map (it: {
      inherit (it) name;
      value = make it.name it.host;
    }) (builtins.filter (it: it.host.system == system) all);
in
{
  nixosConfigurations = builtins.listToAttrs (of "x86_64-linux");
  darwinConfigurations = builtins.listToAttrs (of "aarch64-darwin");
}
