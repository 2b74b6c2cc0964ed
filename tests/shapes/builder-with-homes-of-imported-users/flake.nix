{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      username = "me";
      mkHost =
        {
          name,
          gpu ? "none",
          extraModules ? [ ],
        }:
        let
          home = ./hosts/${name}/home.nix;
        in
        nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs username; };
          modules = [
            ./modules
            ./hosts/${name}
            { environment.variables.GPU = gpu; }
            inputs.home-manager.nixosModules.home-manager
            {
              home-manager.users.${username}.imports = [
                ./home
              ]
              ++ (if builtins.pathExists home then [ home ] else [ ]);
            }
          ]
          ++ extraModules;
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost {
          name = "tower";
          gpu = "amd";
        };
        laptop = mkHost {
          name = "laptop";
          gpu = "intel";
        };
      };
    };
}
