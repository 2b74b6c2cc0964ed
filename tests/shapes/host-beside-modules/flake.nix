{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations.home = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [ ./nixos/desktop ];
        specialArgs = { inherit inputs; };
      };
    };
}
