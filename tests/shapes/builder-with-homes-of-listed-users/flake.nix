{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      mkHost =
        name:
        {
          inputs,
          users ? [ "me" ],
        }:
        let
          there = lib.attrNames (lib.filterAttrs (_: kind: kind == "directory") (builtins.readDir ./users));
          known = lib.lists.intersectLists users there;
        in
        lib.nixosSystem {
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${name}
            inputs.home-manager.nixosModules.home-manager
            { home-manager.users.me = ./home; }
          ]
          ++ lib.forEach known (user: ./users/${user}/${user}.nix);
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" {
          inherit inputs;
          users = [
            "me"
            "guest"
          ];
        };
        laptop = mkHost "laptop" { inherit inputs; };
      };
    };
}
