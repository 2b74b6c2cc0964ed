{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      names = [
        "tower"
        "laptop"
      ];
    in
    {
      nixosConfigurations = builtins.listToAttrs (
        map (host: {
          name = host;
          value = nixpkgs.lib.nixosSystem {
            system = "x86_64-linux";
            modules = [ ./hosts/${host} ];
            specialArgs = { inherit inputs host; };
          };
        }) names
      );
    };
}
