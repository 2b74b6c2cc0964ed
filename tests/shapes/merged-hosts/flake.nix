{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      desktops = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/tower ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/laptop ];
        };
      };
      images = {
        iso = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./iso.nix ];
        };
      };
    in
    {
      nixosConfigurations = desktops // images;
    };
}
