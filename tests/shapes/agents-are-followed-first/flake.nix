{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkAgent =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./hosts/agent-${name}
            { networking.hostName = "agent-${name}"; }
          ];
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/tower ];
        };
        agent-luce = mkAgent "luce";
      };
    };
}
