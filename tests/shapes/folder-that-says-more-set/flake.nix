{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      hosts = map (name: {
        inherit name;
        system = builtins.readFile (./hosts + "/${name}/system");
      }) (builtins.attrNames (builtins.readDir ./hosts));
    in
    {
      nixosConfigurations = builtins.listToAttrs (
        map (host: {
          inherit (host) name;
          value = nixpkgs.lib.nixosSystem {
            inherit (host) system;
            modules = [ ./hosts/${host.name} ];
            specialArgs = { inherit inputs; };
          };
        }) hosts
      );
    };
}
