{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      names = [
        "tower"
        "laptop"
        "attic"
      ];
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            facts = import ./facts.nix name;
          };
          modules = [ ./hosts/${name} ];
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs names mkHost;
    };
}
