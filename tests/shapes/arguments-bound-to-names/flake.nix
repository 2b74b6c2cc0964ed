{
  outputs =
    { nixpkgs, disko, ... }@inputs:
    let
      tower = {
        system = "x86_64-linux";
        specialArgs = { inherit inputs; };
        modules = [
          ./hosts/tower
          disko.nixosModules.disko
        ];
      };
      laptop = {
        system = "x86_64-linux";
        specialArgs = { inherit inputs; };
        modules = [
          ./hosts/laptop
          disko.nixosModules.disko
          { services.tlp.enable = true; }
        ];
      };
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem tower;
        laptop = nixpkgs.lib.nixosSystem laptop;
      };
    };
}
