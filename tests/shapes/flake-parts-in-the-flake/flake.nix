{
  outputs =
    inputs@{ flake-parts, ... }:
    flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];

      flake = {
        nixosConfigurations = {
          tower = inputs.nixpkgs.lib.nixosSystem {
            system = "x86_64-linux";
            modules = [ ./hosts/tower ];
            specialArgs = { inherit inputs; };
          };
        };
      };
    };
}
