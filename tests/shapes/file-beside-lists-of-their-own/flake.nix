{
  outputs =
    { nixpkgs, disko, ... }@inputs:
    let
      desktop = [ { services.xserver.enable = true; } ];
      portable = [ { services.tlp.enable = true; } ];
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = desktop ++ [
            disko.nixosModules.disko
            ./secrets.nix
            ./hosts/tower
          ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = portable ++ [
            disko.nixosModules.disko
            ./secrets.nix
            ./hosts/laptop
          ];
        };
      };
    };
}
