{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations.heron = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = { inherit inputs; };
        modules = [ ./heron/configuration.nix ];
      };
    };
}
