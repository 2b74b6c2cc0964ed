{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      hosts = [
        "tower" # under the desk
        "laptop"
      ];
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs hosts mkHost;
    };
}
