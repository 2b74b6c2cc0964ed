{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      machines = builtins.fromJSON (builtins.readFile ./machines.json);
      mkHost =
        name:
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${name}
            { networking.domain = "example.org"; }
          ];
        };
    in
    {
      nixosConfigurations = lib.genAttrs (builtins.attrNames machines) mkHost;
    };
}
