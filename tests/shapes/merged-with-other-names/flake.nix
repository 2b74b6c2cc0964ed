{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      hosts = {
        tower = lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/tower ];
          specialArgs = { inherit inputs; };
        };
      };
      shortcuts = lib.mapAttrs' (name: lib.nameValuePair ("nixos-" + name)) (
        lib.mapAttrs (_: host: host.specialArgs) hosts
      );
    in
    {
      nixosConfigurations = hosts;
    }
    // shortcuts;
}
