{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      tower = {
        host = "tower";
        user = "me";
        system = "x86_64-linux";
      };
      colours.background = "black";
    in
    {
      nixosConfigurations = {
        ${tower.host} = nixpkgs.lib.nixosSystem {
          specialArgs = {
            system = tower.system;
            pc = tower;
            theme = colours;
            inherit inputs;
          };
          modules = [ ./configuration.nix ];
        };
      };
    };
}
