{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = builtins.mapAttrs (
        name: _:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${name}
            ./modules/backup.nix
          ];
        }
      ) (builtins.readDir ./hosts);
    };
}
