{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkServer =
        name: user:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs user; };
          modules = [ ./hosts/${name}.nix ];
        };
    in
    {
      nixosConfigurations = {
        agent-kim-01 = mkServer "agent-kim-01" "agent-kim";
        tower = mkServer "tower" "rowan";
        attic = mkServer "attic" "birch";
      };
    };
}
