{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      pair =
        name:
        lib.nameValuePair name (
          lib.nixosSystem {
            system = "x86_64-linux";
            modules = [ "${self}/hosts/${name}" ];
            specialArgs = { inherit inputs; };
          }
        );
    in
    {
      nixosConfigurations = lib.listToAttrs (
        map pair [
          "tower"
          "laptop"
        ]
      );
    };
}
