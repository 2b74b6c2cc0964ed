{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${name}.nix
            ./hosts/${name}/hardware-configuration.nix
          ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower";
        attic = mkHost "attic";
      };
    };
}
