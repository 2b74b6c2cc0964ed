{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        { name, users }:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${name} ] ++ map (user: ./users + "/${user}.nix") users;
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost {
          name = "tower";
          users = [ "anna" ];
        };
        laptop = mkHost {
          name = "laptop";
          users = [ "anna" ];
        };
        attic = mkHost {
          name = "attic";
          users = [ "otto" ];
        };
      };
    };
}
