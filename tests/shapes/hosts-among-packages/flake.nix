{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      packages.x86_64-linux.nixosConfigurations.tower = nixpkgs.lib.nixosSystem {
        modules = [ ./hosts/tower ];
        specialArgs = { inherit inputs; };
      };
    };
}
