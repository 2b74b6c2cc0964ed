{
  outputs =
    { fleet, nixpkgs, ... }@inputs:
    {
      nixosConfigurations.rescue = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [ fleet.nixosModules.rescue ];
        specialArgs = { inherit inputs; };
      };
      inherit (fleet.lib ./.) deploy;
    };
}
