{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      helpers = import ./helpers.nix { inherit (nixpkgs) lib; };
      specialArgs = {
        inherit inputs helpers;
        outputs = self;
      };
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          inherit specialArgs;
          modules = [ ./hosts/tower ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          inherit specialArgs;
          modules = [ ./hosts/laptop ];
        };
      };
    };
}
