{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        };
      mkHosts =
        hosts:
        builtins.listToAttrs (
          map (host: {
            name = host;
            value = mkHost host;
          }) hosts
        );
    in
    {
      nixosConfigurations = mkHosts [
        "tower"
        "laptop"
      ];
    };
}
