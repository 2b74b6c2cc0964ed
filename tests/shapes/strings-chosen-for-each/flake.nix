{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkServer =
        path: kind:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            path
            ./roles/${kind}.nix
          ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkServer ./hosts/tower "lxc";
        laptop = mkServer ./hosts/laptop "lxc";
        attic = mkServer ./hosts/attic "vm";
      };
    };
}
