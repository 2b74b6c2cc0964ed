{
  # nixosConfigurations = { decoy = 1; };
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      description = "nixosConfigurations = { }";
      nixosConfigurations = {
        # Under the desk.
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/tower ];
        }; # since 2019

        # laptop = nixpkgs.lib.nixosSystem {
        #   modules = [ ./hosts/laptop ];
        # };
      };
    };
}
