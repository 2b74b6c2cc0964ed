{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      username = "me";
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs username; };
          modules = [
            ./hosts/${name}
            ./users.nix
            inputs.home-manager.nixosModules.home-manager
            { home-manager.users.${username} = ./home; }
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
