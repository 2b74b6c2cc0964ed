{
  outputs =
    inputs@{ nixpkgs, ... }:
    let
      hosts = {
        tower = {
          username = "kim";
          extraModules = [ ./modules/laptop.nix ];
        };
      };
    in
    {
      nixosConfigurations = nixpkgs.lib.mapAttrs (
        name: host:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            inherit (host) username;
          };
          modules = [ ./hosts/${name} ] ++ host.extraModules;
        }
      ) hosts;
    };
}
