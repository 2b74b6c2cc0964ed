{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        hostname:
        { system, kind }:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs hostname kind; };
          modules = [ ./hosts/${hostname} ];
        };
      hosts = {
        tower = {
          system = "x86_64-linux";
          kind = "desktop";
        };
        one = {
          system = "x86_64-linux";
          kind = "server";
        };
        two = {
          system = "x86_64-linux";
          kind = "server";
        };
      };
    in
    {
      nixosConfigurations = builtins.mapAttrs mkHost hosts;
    };
}
