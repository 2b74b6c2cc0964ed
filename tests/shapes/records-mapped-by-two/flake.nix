{
  outputs =
    { self, nixpkgs, ... }@whole:
    {
      nixosConfigurations = nixpkgs.lib.mapAttrs' (name: arguments: {
        inherit name;
        value = nixpkgs.lib.nixosSystem {
          modules = [ ./hosts/${name} ] ++ arguments.extra or [ ];
          specialArgs.inputs = whole;
        };
      }) {
        tower.extra = [ ];
        laptop = { };
      };
    };
}
