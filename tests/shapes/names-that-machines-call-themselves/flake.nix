{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        { hostname, system }:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${hostname}
            { networking.hostName = hostname; }
          ];
        };
    in
    {
      nixosConfigurations = {
        work = mkHost {
          hostname = "tower-01";
          system = "x86_64-linux";
        };
        home = mkHost {
          hostname = "tower-02";
          system = "x86_64-linux";
        };
      };
    };
}
