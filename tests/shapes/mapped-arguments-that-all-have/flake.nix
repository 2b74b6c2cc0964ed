{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      hosts = {
        tower = {
          system = "x86_64-linux";
          users = [ "ada" ];
        };
        shed = {
          system = "aarch64-linux";
          users = [ "grace" ];
        };
      };
      mkHost =
        name:
        let
          host = hosts.${name};
        in
        nixpkgs.lib.nixosSystem {
          inherit (host) system;
          specialArgs = {
            inherit inputs;
            inherit (host) users;
          };
          modules = [ ./hosts/${name} ];
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.mapAttrs (name: _: mkHost name) hosts;
    };
}
