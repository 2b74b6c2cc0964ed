{
  outputs = { self, nixpkgs, ... }@inputs:
    let
      facts = builtins.fromTOML (builtins.readFile ./facts.toml);
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = facts.${name}.system;
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [
        "tower"
        "laptop"
      ] mkHost;
    };
}
