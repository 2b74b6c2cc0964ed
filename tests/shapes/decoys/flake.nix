{
  outputs =
    { self, nixpkgs, other, ... }@inputs:
    let
      unused = {
        nixosConfigurations = {
          wrong = nixpkgs.lib.nixosSystem { modules = [ ]; };
        };
      };
    in
    {
      lib.nixosConfigurations.wrong = { };
      nixosConfigurations.tower = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [ ./hosts/tower ];
      };
      inherit (unused) nixosModules;
    };
}
