{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      lib = nixpkgs.lib // {
        site = import ./lib.nix { inherit (nixpkgs) lib; };
      };
      mkDesktop =
        module:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs lib; };
          modules = [
            ./modules/desktop
            module
          ];
        };
      mkServer =
        module:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs lib; };
          modules = [
            ./modules/server
            module
          ];
        };
    in
    {
      nixosConfigurations = {
        cellar = mkServer ./hosts/cellar;
        tower = mkDesktop ./hosts/tower;
        laptop = mkDesktop ./hosts/laptop;
      };
    };
}
