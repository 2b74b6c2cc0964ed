{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            host.hostName = "tower";
          };
          modules = [
            ./hosts/tower
            ./desktop.nix
          ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            host.hostName = "laptop";
          };
          modules = [
            ./hosts/laptop
            ./lid.nix
          ];
        };
        stick = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            host.hostName = "installer";
          };
          modules = [ ./stick.nix ];
        };
      };
    };
}
