{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (self) outputs;
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs outputs; };
          modules = [
            ./hosts/tower
            ./desktop.nix
          ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs outputs; };
          modules = [
            ./hosts/laptop
            ./lid.nix
          ];
        };
        stick = nixpkgs.lib.nixosSystem {
          specialArgs = {
            inherit inputs outputs self;
            format = "iso";
          };
          modules = [ ./hosts/stick ];
        };
      };
    };
}
