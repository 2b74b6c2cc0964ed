{
  self,
  inputs,
  withSystem,
  lib,
  ...
}:
{
  flake.nixosConfigurations =
    let
      passed =
        system:
        withSystem system (of: {
          inherit self inputs;
          inherit (of) stable;
        });
      mkHost =
        { name, system }:
        lib.nixosSystem {
          inherit system;
          specialArgs = passed system;
          modules = [
            ./hosts/${name}
            inputs.home-manager.nixosModules.home-manager
            {
              networking.hostName = name;
              home-manager.users.me = import ./hosts/${name}/home.nix;
            }
          ];
        };
      mkHosts =
        hosts:
        builtins.listToAttrs (
          map (host: {
            inherit (host) name;
            value = mkHost host;
          }) hosts
        );
    in
    mkHosts [
      {
        name = "tower";
        system = "x86_64-linux";
      }
      {
        name = "laptop";
        system = "x86_64-linux";
      }
    ];
}
