{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      lib.nixosSystem =
        { host, system }:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${host} ];
        };

      nixosConfigurations = {
        tower = self.lib.nixosSystem {
          host = "tower";
          system = "x86_64-linux";
        };
        shed = self.lib.nixosSystem {
          host = "shed";
          system = "aarch64-linux";
        };
      };
    };
}
