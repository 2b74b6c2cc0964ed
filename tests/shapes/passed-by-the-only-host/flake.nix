{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      themes = import ./themes.nix;
      username = "kim";
      hostFacts = import ./hosts/tower/facts.nix;
    in
    {
      nixosConfigurations.tower = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = {
          inherit themes username hostFacts;
          sources = inputs;
        };
        modules = [ ./hosts/tower ];
      };
    };
}
