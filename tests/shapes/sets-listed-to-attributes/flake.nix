{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      systems = [
        {
          hostname = "tower";
          system = "x86_64-linux";
        }
        {
          hostname = "laptop";
          system = "x86_64-linux";
        }
      ];
    in
    {
      nixosConfigurations = builtins.listToAttrs (
        map (it: {
          name = it.hostname;
          value = nixpkgs.lib.nixosSystem {
            inherit (it) system;
            modules = [ ./hosts/${it.hostname} ];
            specialArgs = { inherit inputs; };
          };
        }) systems
      );
    };
}
