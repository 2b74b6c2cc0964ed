{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      shared = {
        inherit inputs self;
        channels = { inherit nixpkgs; };
      };

      mkHost =
        {
          hostname,
          username,
          arguments ? { },
          modules,
        }:
        let
          specialArgs = shared // { inherit hostname username; } // arguments;
        in
        nixpkgs.lib.nixosSystem {
          inherit specialArgs;
          system = "x86_64-linux";
          modules = [ { networking.hostName = hostname; } ] ++ modules;
        };
    in
    {
      nixosConfigurations.tower = mkHost {
        hostname = "tower";
        username = "robin";
        modules = [ ./hosts/tower ];
      };
    };
}
