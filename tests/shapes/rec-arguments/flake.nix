{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];

      flake = {
        nixosConfigurations.tower = inputs.nixpkgs.lib.nixosSystem rec {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            stable = import inputs.nixpkgs-stable { inherit system; };
          };
          modules = [ ./hosts/tower ];
        };

        darwinConfigurations.book = inputs.darwin.lib.darwinSystem {
          system = "aarch64-darwin";
          modules = [ ./hosts/book ];
        };
      };
    };
}
