{ self, nixpkgs, ... }@inputs:
{
  tower = nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    modules = [ ./tower ];
    specialArgs = { inherit inputs; };
  };

  laptop = nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    modules = [ ./laptop ];
    specialArgs = { inherit inputs; };
  };
}
