{
  outputs =
    { self, nixpkgs, ... }@given:
    let
      inputs = given // {
        fleet = self;
      };
      machine =
        facts: name:
        nixpkgs.lib.nixosSystem {
          inherit (facts) system;
          specialArgs = inputs;
          modules = [ facts.config ];
        };
    in
    {
      nixosConfigurations =
        with nixpkgs.lib;
        let
          facts = {
            tower = {
              system = "x86_64-linux";
              config = ./machines/tower;
            };
          };
          variants = name: facts: [
            {
              inherit name;
              value = machine facts name;
            }
            {
              name = "${name}-test";
              value = machine facts name;
            }
          ];
          systems = builtins.listToAttrs (flatten (mapAttrsToList variants facts));
        in
        systems;
    };
}
