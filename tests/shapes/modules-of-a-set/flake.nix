{
  outputs =
    { self, nixpkgs, ... }:
    let
      specialArgs = {
        tools = import ./tools.nix;
      };
    in
    {
      nixosModules = {
        baseline = ./baseline.nix;
        tower = ./hosts/tower;
        laptop = ./hosts/laptop;
      };
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          inherit specialArgs;
          system = "x86_64-linux";
          modules = with self.nixosModules; [
            baseline
            tower
          ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          inherit specialArgs;
          system = "x86_64-linux";
          modules = with self.nixosModules; [
            baseline
            laptop
          ];
        };
      };
    };
}
