{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        fjord = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./system/common.nix
            ./system/fjord.nix
          ];
          specialArgs = { inherit inputs; };
        };
        heath = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./system/common.nix
            ./system/heath.nix
          ];
          specialArgs = { inherit inputs; };
        };
      };
    };
}
