{
  outputs =
    inputs@{ self, nixpkgs, ... }:
    {
      nixosConfigurations =
        let
          variants = [
            { name = "plain"; parameters = [ ]; }
            { name = "quick"; parameters = [ "mitigations=off" ]; }
          ];
          modules = [
            ./modules/common.nix
            ./modules/kernel.nix
            { system.configurationRevision = self.rev or "dirty"; }
          ];
        in
        builtins.listToAttrs (
          map (variant: {
            name = "tower-${variant.name}";
            value = nixpkgs.lib.nixosSystem {
              system = "x86_64-linux";
              modules = modules ++ [
                ./modules/tower.nix
                { system.nixos.variant_id = variant.name; }
              ];
              specialArgs = {
                parameters = [ "quiet" ] ++ variant.parameters;
              };
            };
          }) variants
        )
        // {
          # As the others, but for the kernel.
          attic = nixpkgs.lib.nixosSystem {
            system = "x86_64-linux";
            modules = modules ++ [ { virtualisation.diskSize = 16384; } ];
            specialArgs = {
              parameters = [ ];
            };
          };
        };
    };
}
