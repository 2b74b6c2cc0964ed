{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      mkHost =
        { hostname, ... }@args:
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = lib.recursiveUpdate { inherit inputs; } (args.specialArgs or { });
          modules = lib.concatLists [
            (lib.singleton { networking.hostName = hostname; })
            (args.modules or [ ])
          ];
        };
    in
    {
      nixosConfigurations = {
        server = mkHost {
          hostname = "attic";
          modules = [ ./hosts/tower ];
        };
        laptop = mkHost {
          hostname = "laptop";
          modules = [
            ./hosts/laptop
            { services.tlp.enable = true; }
          ];
        };
      };
    };
}
