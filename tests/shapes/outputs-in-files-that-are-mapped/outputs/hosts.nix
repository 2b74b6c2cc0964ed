{ nixpkgs, ... }@inputs:
{
  nixosConfigurations = {
    tower = nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ../hosts/tower ];
      specialArgs = { inherit inputs; };
    };
    laptop = nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ../hosts/laptop ];
      specialArgs = { inherit inputs; };
    };
  };
}
