{
  outputs =
    { nixpkgs, home-manager, ... }@inputs:
    let
      names = [
        "tower"
        "laptop"
        "attic"
      ];
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name} ];
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs names mkHost;

      homeConfigurations = builtins.listToAttrs (
        map (name: {
          name = "kim@${name}";
          value = home-manager.lib.homeManagerConfiguration { modules = [ ./homes/${name}.nix ]; };
        }) names
      );
    };
}
