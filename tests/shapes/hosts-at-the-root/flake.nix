{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        fjord = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./fjord ];
          specialArgs = { inherit inputs; };
        };
        heath = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./heath ];
          specialArgs = { inherit inputs; };
        };
        "images/small" = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./nixos/images/profiles/small ];
          specialArgs = { inherit inputs; };
        };
      };
    };
}
