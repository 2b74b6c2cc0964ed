{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;

      ofEach = lib.genAttrs [
        "packages"
        "devShells"
      ];

      perSystem =
        f:
        let
          results = lib.genAttrs [ "x86_64-linux" ] f;
          outputs = builtins.attrNames (builtins.head (builtins.attrValues results));
        in
        lib.genAttrs outputs (name: lib.mapAttrs (_: result: result.${name}) results);
    in
    {
      nixosConfigurations.tower = lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = { inherit inputs; };
        modules = [ ./hosts/tower ];
      };
    }
    // ofEach (_: { x86_64-linux = { }; })
    // perSystem (system: {
      formatter = nixpkgs.legacyPackages.${system}.hello;
      checks = lib.mapAttrs (_: host: host.modules) self.nixosConfigurations;
    });
}
