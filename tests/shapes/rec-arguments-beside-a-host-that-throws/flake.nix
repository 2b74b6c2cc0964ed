{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      passedFor = system: {
        inherit inputs system;
      };
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem rec {
          system = "x86_64-linux";
          specialArgs = passedFor system;
          modules = [ ./hosts/tower ];
        };
        shelf = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            (throw "has no disk yet")
            ./hosts/shelf
          ];
        };
      };
    };
}
