{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        { name, desktop }:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./hosts/${name}
            ./desktops/${desktop}.nix
          ];
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost {
          name = "tower";
          desktop = "gnome";
        };
        laptop = mkHost {
          name = "laptop";
          desktop = "sway";
        };
      };
    };
}
