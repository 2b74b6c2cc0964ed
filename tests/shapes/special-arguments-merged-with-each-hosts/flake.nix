{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      specialArgs = {
        inherit inputs self;
      };
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          specialArgs = specialArgs // {
            secureBoot = true;
          };
          modules = [ ./hosts/tower ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          specialArgs = specialArgs // {
            secureBoot = false;
          };
          modules = [ ./hosts/laptop ];
        };
      };
    };
}
