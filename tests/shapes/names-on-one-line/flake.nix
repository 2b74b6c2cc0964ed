{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      hosts = [ "tower" ];
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs hosts (
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        }
      );
    };
}
