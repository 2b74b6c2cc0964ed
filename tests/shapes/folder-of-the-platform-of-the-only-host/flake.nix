{
  outputs =
    { self, nixpkgs, ... }:
    {
      darwinConfigurations.studio = {
        system = "aarch64-darwin";
        modules = [ ./hosts/darwin/studio.nix ];
      };
      nixosConfigurations.K7 = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [ ./hosts/linux/laptop.nix ];
      };
    };
}
