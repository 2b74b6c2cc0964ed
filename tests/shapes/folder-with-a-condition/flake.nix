{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      wanted = import ./wanted.nix;
      hosts = builtins.filter wanted (builtins.attrNames (builtins.readDir ./hosts));
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs hosts (
        name:
        nixpkgs.lib.nixosSystem {
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        }
      );
    };
}
