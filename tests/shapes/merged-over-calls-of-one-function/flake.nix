{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      machine = name: user: {
        "${name}" = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs user; };
          modules = [ (./. + "/hosts/${name}") ];
        };
      };
    in
    {
      nixosConfigurations = (machine "tower" "anna") // (machine "attic" "otto");
    };
}
