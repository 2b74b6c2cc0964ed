{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        { name, users }:
        nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs users; };
          modules = [ ./hosts/${name}/nixos ];
        };
    in
    {
      nixosConfigurations = {
        fjord = mkHost {
          name = "fjord";
          users = { };
        };
        heath = mkHost {
          name = "heath";
          users.kim = ./hosts/heath/home;
        };
        marsh = mkHost {
          name = "marsh";
          users = { };
        };
      };
    };
}
