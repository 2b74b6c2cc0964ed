{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          modules = [ ./hosts/tower/configuration.nix ];
          specialArgs = {
            inherit (inputs) secrets games;
            settings = import ./hosts/tower/settings.nix;
          };
        };
        attic = nixpkgs.lib.nixosSystem {
          modules = [ ./hosts/attic/configuration.nix ];
          specialArgs = {
            inherit (inputs) secrets;
            settings = import ./hosts/attic/settings.nix;
          };
        };
        stick = nixpkgs.lib.nixosSystem {
          modules = [ ./hosts/stick/configuration.nix ];
        };
      };
    };
}
