{
  outputs =
    { nixpkgs, home-manager, ... }@inputs:
    let
      common = [
        home-manager.nixosModules.home-manager # for all
        # The clocks of all are the same.
        ./modules/clock.nix
        ./modules/people.nix
      ];
    in
    {
      nixosConfigurations = {
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = common ++ [
            ./hosts/laptop
            { networking.hostName = "laptop"; }
          ];
        };

        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = common ++ [ ./hosts/tower ];
        };
      };
    };
}
