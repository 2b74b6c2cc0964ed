{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          pkgs = import nixpkgs {
            system = "x86_64-linux";
            config.allowUnfree = true;
          };
          specialArgs = { inherit inputs; };
          modules = [
            nixpkgs.nixosModules.readOnlyPkgs
            ./hosts/${name}
            ./shell.nix
          ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower";
        laptop = mkHost "laptop";
      };
    };
}
